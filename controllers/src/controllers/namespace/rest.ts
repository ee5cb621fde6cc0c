import type { ApiObject } from '../../runtime/client/api-object.ts';
import { parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import type { Namespace, Resource } from '../../runtime/client/resource.ts';

/** kube-controller-manager always waits so long (Kubernetes: `namespaceDeletionGracePeriod`). */
const longestMs = 5_000;

export interface RestOptions {
  quietPeriodMs: number;
  followsAll: boolean;
}

interface Resting {
  sinceMs: number;
  /** When a client last deleted something in it. */
  deletedMs: number;
}

/**
 * How long a namespace that is being deleted rests before its content goes: until nothing in it was deleted for the quiet
 * period, and for 5 s at most. Clients delete a namespace and then, one by one, what they know to be in it
 * (`kubectl delete -f`), and take it for an error when something is gone already. A namespace that holds nothing a
 * client made does not rest (docs/adr/0015-namespaces-rest.md).
 */
export class Rest {
  readonly #context: Pick<ControllerContext, 'clock' | 'informers'>;
  readonly #options: RestOptions;
  readonly #resting = new Map<string, Resting>();

  constructor(context: Pick<ControllerContext, 'clock' | 'informers'>, options: RestOptions) {
    this.#context = context;
    this.#options = options;
    context.informers.onAnyChange((resource, { before, after }) => {
      const object = after ?? before;
      const resting = this.#resting.get(object?.metadata.namespace ?? '');
      if (resting === undefined || object === undefined || !isMadeByClients(resource, object)) return;
      const isDeleted = after === undefined || after.metadata.deletionTimestamp !== undefined;
      const wasDeleted = after !== undefined && before?.metadata.deletionTimestamp !== undefined;
      if (isDeleted && !wasDeleted) resting.deletedMs = context.clock.monotonicMs();
    });
  }

  /** The namespace is being deleted; calling again changes nothing. */
  begin({ metadata }: Namespace): void {
    const name = metadata.name ?? '';
    if (this.#resting.has(name)) return;
    const { clock } = this.#context;
    // Not only now: found by a controller that has just started.
    const elapsedMs = Math.max(0, clock.now() - (parseTime(metadata.deletionTimestamp) ?? 0));
    const now = clock.monotonicMs();
    const since = elapsedMs > longestMs || this.#isBare(name) ? now - longestMs : now;
    this.#resting.set(name, { sinceMs: since, deletedMs: since });
  }

  /** Milliseconds that are left, as it is now. */
  leftMs(name: string): number {
    const resting = this.#resting.get(name);
    if (resting === undefined) return 0;
    const now = this.#context.clock.monotonicMs();
    const { sinceMs, deletedMs } = resting;
    return Math.max(0, Math.min(deletedMs + this.#options.quietPeriodMs, sinceMs + longestMs) - now);
  }

  forget(name: string): void {
    this.#resting.delete(name);
  }

  #isBare(name: string): boolean {
    if (!this.#options.followsAll) return false;
    for (const { resource, object } of this.#context.informers.inNamespace(name))
      if (isMadeByClients(resource, object)) return false;
    return true;
  }
}

/** Every namespace is given these. */
const given = new Set(['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt']);

/** Not by a controller for an owner, nor for every namespace. */
function isMadeByClients({ group, kind }: Resource, { metadata }: ApiObject): boolean {
  if (metadata.ownerReferences?.some(({ controller }) => controller === true)) return false;
  return kind !== 'Event' && !(group === '' && given.has(`${kind}/${metadata.name}`));
}
