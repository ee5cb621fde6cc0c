import type { RegisteredEvent } from './events/cluster-event.ts';
import { Action } from './events/cluster-event.ts';
import type { ExtensionPoints, Plugin, PluginWith, Score } from './plugin.ts';

/** A plugin of a profile, and the weight of its score. */
export interface ProfileEntry {
  readonly plugin: Plugin;
  /** At least 1; default 1. */
  readonly weight?: number;
}

/** The method that tells whether a plugin takes part in an extension point. */
const methods = {
  queueSort: 'less',
  preEnqueue: 'preEnqueue',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
} as const satisfies Record<keyof ExtensionPoints, keyof Plugin>;

/** The events of plugins that name none: all, without a hint. */
const everyEvent: readonly RegisteredEvent[] = [{ resource: '*', action: Action.all, hint: undefined }];

type PluginsAt = {
  readonly [Point in keyof ExtensionPoints]: readonly PluginWith<ExtensionPoints[Point]>[];
};

/**
 * The plugins of one scheduler name, at each extension point in the order in which they are called
 * (kube-scheduler: a profile whose plugins are all enabled at `multiPoint`).
 */
export class Profile {
  /** `spec.schedulerName` of the Pods that this profile schedules. */
  readonly schedulerName: string;
  /** The plugins at each extension point. */
  readonly at: PluginsAt;
  /** The events for which plugins that can reject Pods registered, by plugin. */
  readonly registeredEvents: ReadonlyMap<string, readonly RegisteredEvent[]>;
  readonly #weights: ReadonlyMap<string, number>;

  /** @throws Error where two plugins have one name, or where not exactly one plugin sorts the queue. */
  constructor(schedulerName: string, entries: readonly ProfileEntry[]) {
    const plugins = entries.map(({ plugin }) => plugin);
    this.schedulerName = schedulerName;
    this.#weights = new Map(entries.map(({ plugin, weight = 1 }) => [plugin.name, weight]));
    if (this.#weights.size !== entries.length) throw new Error('a plugin is in the profile twice');
    this.at = Object.fromEntries(
      Object.entries(methods).map(([point, method]) => [
        point,
        plugins.filter((plugin) => plugin[method] !== undefined),
      ]),
    ) as unknown as PluginsAt;
    const { queueSort } = this.at;
    if (queueSort.length !== 1)
      throw new Error(`${queueSort.length} plugins sort the queue, and there must be one`);
    this.registeredEvents = new Map(
      plugins.filter(canReject).map((plugin) => [plugin.name, plugin.eventsToRegister?.() ?? everyEvent]),
    );
  }

  /** The weight of the scores of a plugin. */
  weightOf({ name }: PluginWith<Score>): number {
    return this.#weights.get(name) ?? 1;
  }
}

function canReject({ preEnqueue, preFilter, filter, reserve, permit }: Plugin): boolean {
  return [preEnqueue, preFilter, filter, reserve, permit].some((method) => method !== undefined);
}
