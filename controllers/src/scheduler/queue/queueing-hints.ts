import type { Logger } from 'pino';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import {
  Action,
  type ClusterEvent,
  matchesEvent,
  on,
  type QueueingHint,
  type RegisteredEvent,
} from '../framework/events/cluster-event.ts';
import type { Profile } from '../framework/profile.ts';
import type { QueuedPod } from './queued-pod.ts';

/**
 * The rejector of Pods that found no node in the cluster: any new node helps them. (kube-scheduler tries them
 * again every ten seconds.)
 */
export const noNodes = 'no nodes available';

/** Something that happened, with the object before and after it. */
export interface ObservedEvent {
  readonly event: ClusterEvent;
  readonly before?: ApiObject | undefined;
  readonly after?: ApiObject | undefined;
}

/** What to do with a Pod after an event (kube-scheduler: `queueingStrategy`). */
export type Requeueing = 'skip' | 'after backoff' | 'immediately';

/** Asks the plugins that rejected a Pod whether an event may help it. */
export class QueueingHints {
  readonly #registered: ReadonlyMap<string, readonly RegisteredEvent[]>;
  readonly #log: Logger;
  /** Plugins by event; filled as events come, of which there are some dozens. */
  readonly #interested = new Map<string, readonly string[]>();

  constructor({ registeredEvents }: Profile, log: Logger) {
    this.#registered = new Map([...registeredEvents, [noNodes, [on('Node', Action.add)]]]);
    this.#log = log;
  }

  /** The plugins that registered for an event. */
  interestedIn(event: ClusterEvent): readonly string[] {
    const key = `${event.resource} ${event.action}`;
    let plugins = this.#interested.get(key);
    if (plugins === undefined) {
      plugins = [...this.#registered]
        .filter(([, registered]) => registered.some((one) => matchesEvent(one, event)))
        .map(([plugin]) => plugin);
      this.#interested.set(key, plugins);
    }
    return plugins;
  }

  /** Whether an event makes a Pod worth another attempt (kube-scheduler: `isPodWorthRequeuing`). */
  requeueing(queued: QueuedPod, observed: ObservedEvent): Requeueing {
    // No plugin rejected it: it failed by an error, and any event is a reason to try again.
    if (queued.unschedulablePlugins.size === 0) return 'after backoff';
    let result: Requeueing = 'skip';
    for (const plugin of this.interestedIn(observed.event)) {
      if (!queued.unschedulablePlugins.has(plugin)) continue;
      if (this.#hintOf(plugin, queued, observed) === 'QueueSkip') continue;
      if (queued.pendingPlugins.has(plugin)) return 'immediately';
      result = 'after backoff';
      if (queued.pendingPlugins.size === 0) break;
    }
    return result;
  }

  #hintOf(plugin: string, { pod }: QueuedPod, { event, before, after }: ObservedEvent): QueueingHint {
    for (const registered of this.#registered.get(plugin) ?? []) {
      if (!matchesEvent(registered, event)) continue;
      try {
        if ((registered.hint?.(pod, before, after) ?? 'Queue') === 'Queue') return 'Queue';
      } catch (error) {
        // One attempt too many does less harm than a Pod that is not tried again.
        this.#log.warn({ err: error, plugin, event }, 'queueing hint failed');
        return 'Queue';
      }
    }
    return 'QueueSkip';
  }
}
