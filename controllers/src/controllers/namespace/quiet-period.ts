import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Namespace, Resource } from '../../runtime/client/resource.ts';
import { parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';

/** kube-controller-manager always waits so long (Kubernetes: `namespaceDeletionGracePeriod`). */
const longestMs = 5_000;

/** How long to wait, and what the caches show. */
export interface QuietPeriodOptions {
  quietPeriodMs: number;
  /** Whether the caches hold every resource. */
  followsAll: boolean;
}

interface Waiting {
  sinceMs: number;
  /** When a client last deleted something in the namespace. */
  deletedMs: number;
}

/**
 * How long a namespace that is being deleted waits before its content is deleted: until nothing in it was
 * deleted for the quiet period, and for 5 s at most. Clients delete a namespace and then, one by one, the
 * objects that they created in it (`kubectl delete -f`), and report an error for an object that is gone
 * already. A namespace that holds nothing which a client created does not wait
 * (docs/adr/0015-namespaces-rest.md).
 */
export class QuietPeriod {
  readonly #context: Pick<ControllerContext, 'clock' | 'informers'>;
  readonly #options: QuietPeriodOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(context: Pick<ControllerContext, 'clock' | 'informers'>, options: QuietPeriodOptions) {
    this.#context = context;
    this.#options = options;
    context.informers.onAnyChange((resource, change) => this.#observe(resource, change));
  }

  /** The namespace is being deleted; calling it again changes nothing. */
  begin({ metadata }: Namespace): void {
    const name = metadata.name ?? '';
    if (this.#waiting.has(name)) return;
    const { clock } = this.#context;
    // It may have been deleted long before this controller started.
    const elapsedMs = Math.max(0, clock.now() - (parseTime(metadata.deletionTimestamp) ?? 0));
    const now = clock.monotonicMs();
    const sinceMs = elapsedMs > longestMs || this.#isEmptyForClients(name) ? now - longestMs : now;
    this.#waiting.set(name, { sinceMs, deletedMs: sinceMs });
  }

  /** Milliseconds that are left, as it is now. */
  leftMs(name: string): number {
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) return 0;
    const now = this.#context.clock.monotonicMs();
    const { sinceMs, deletedMs } = waiting;
    return Math.max(0, Math.min(deletedMs + this.#options.quietPeriodMs, sinceMs + longestMs) - now);
  }

  /** The namespace is gone. */
  forget(name: string): void {
    this.#waiting.delete(name);
  }

  #observe(resource: Resource, { before, after }: { before?: ApiObject; after?: ApiObject }): void {
    const object = after ?? before;
    const waiting = this.#waiting.get(object?.metadata.namespace ?? '');
    if (waiting === undefined || object === undefined || !isCreatedByClients(resource, object)) return;
    const isDeleted = after === undefined || after.metadata.deletionTimestamp !== undefined;
    const wasDeleted = after !== undefined && before?.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !wasDeleted) waiting.deletedMs = this.#context.clock.monotonicMs();
  }

  /** Whether nothing in the namespace was created by a client; false where the caches cannot say. */
  #isEmptyForClients(name: string): boolean {
    if (!this.#options.followsAll) return false;
    for (const { resource, object } of this.#context.informers.inNamespace(name))
      if (isCreatedByClients(resource, object)) return false;
    return true;
  }
}

/** Controllers create these in every namespace. */
const createdEverywhere = new Set(['ServiceAccount/default', 'ConfigMap/kube-root-ca.crt']);

/** Not created by a controller: neither for an owner nor in every namespace. */
function isCreatedByClients({ group, kind }: Resource, { metadata }: ApiObject): boolean {
  if (metadata.ownerReferences?.some(({ controller }) => controller === true)) return false;
  return kind !== 'Event' && !(group === '' && createdEverywhere.has(`${kind}/${metadata.name}`));
}
