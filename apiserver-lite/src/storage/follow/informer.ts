import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { BackoffLimits } from './backoff.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { FailureLog } from './failure-log.ts';
import { HandlerQueue } from './handler-queue.ts';
import type { InformerHandler, ObjectChange } from './handler-queue.ts';
import { objectKey, ObjectStore } from './object-store.ts';
import type { IndexFunction, ObjectIndex } from './object-store.ts';
import { Reflector } from './reflector.ts';
import type { ObjectSource, ReflectorTarget } from './reflector.ts';

/** What an informer works with. */
export interface InformerOptions {
  source: ObjectSource;
  /** For messages: `clusterroles.rbac.authorization.k8s.io`. */
  name: string;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Logger;
  backoff?: Partial<BackoffLimits>;
  /**
   * At most one line about failed lists and watches, and one about failed handlers, is logged in this time.
   */
  logIntervalMs?: number;
}

/** One handler of an informer. */
export interface HandlerRegistration {
  /** Resolves when the handler was called with everything that the first list brought, or was removed. */
  readonly synced: Promise<void>;
  /** Changes that the handler has not been called with yet. */
  readonly waiting: number;
  /** The handler is not called any more. */
  remove(): void;
}

const defaultBackoff: BackoffLimits = { firstMs: 100, maxMs: 10_000 };
const defaultLogIntervalMs = 10_000;

/**
 * All objects of one resource in memory, kept equal to the storage of this server, with indexes and handlers
 * (Kubernetes: client-go `tools/cache.SharedIndexInformer`). The objects are those that the watch cache
 * holds, so they cost no memory of their own and must not be changed.
 *
 * Handlers are called after the store and the indexes have the change, in the order of changes of an object;
 * changes that a slow handler has not seen are merged (`HandlerQueue`). A handler that was added later is
 * first called with `add` for everything that is there.
 */
export class Informer<T extends KubeObject> {
  readonly #store = new ObjectStore<T>();
  readonly #queues = new Set<HandlerQueue<T>>();
  readonly #reflector: Reflector;
  readonly #handlerFailures: FailureLog;
  readonly #synced = Promise.withResolvers<void>();
  #state: 'idle' | 'running' | 'stopped' = 'idle';
  #hasSynced = false;

  constructor({ source, name, clock, random, log, backoff, logIntervalMs }: InformerOptions) {
    const intervalMs = logIntervalMs ?? defaultLogIntervalMs;
    const fields = { resource: name };
    this.#handlerFailures = new FailureLog({ log, clock, intervalMs, fields });
    this.#reflector = new Reflector({
      source,
      target: this.#target(),
      clock,
      random,
      failures: new FailureLog({ log, clock, intervalMs, fields }),
      backoff: { ...defaultBackoff, ...backoff },
    });
    this.#synced.promise.catch(() => undefined);
  }

  /** Whether the first list is in the store and the indexes. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves with the first list; rejects when the informer is stopped before. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Number of objects. */
  get size(): number {
    return this.#store.size;
  }

  /** Begins to list and watch; does nothing where it has begun or was stopped. */
  start(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    void this.#reflector.run();
  }

  /** Ends everything: handlers are not called any more, what is in the store stays as it is. */
  stop(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#reflector.stop();
    for (const queue of this.#queues) queue.close();
    this.#queues.clear();
    this.#synced.reject(new Error('the informer was stopped'));
  }

  /** `namespace` is empty for cluster-scoped resources. */
  get(namespace: string, name: string): DeepReadonly<T> | undefined {
    return this.#store.get(`${namespace}/${name}`);
  }

  /** Everything, in no particular order. */
  list(): Iterable<DeepReadonly<T>> {
    return this.#store.values();
  }

  addIndex(valuesOf: IndexFunction<T>): ObjectIndex<T> {
    return this.#store.addIndex(valuesOf);
  }

  /** The index stays as it is from now on. */
  removeIndex(index: ObjectIndex<T>): void {
    this.#store.removeIndex(index);
  }

  addHandler(handler: InformerHandler<T>): HandlerRegistration {
    const queue = new HandlerQueue<T>(handler, (error) =>
      this.#handlerFailures.warn(error, 'a handler of an informer failed'),
    );
    if (this.#state === 'stopped') queue.close();
    else this.#queues.add(queue);
    for (const [key, after] of this.#store.entries()) queue.push({ key, before: undefined, after });
    const synced = this.synced.then(() => queue.drained());
    synced.catch(() => undefined);
    return {
      synced,
      get waiting() {
        return queue.size;
      },
      remove: () => {
        queue.close();
        this.#queues.delete(queue);
      },
    };
  }

  #target(): ReflectorTarget {
    return {
      replace: (objects) => {
        this.#dispatch(this.#store.replace(objects as readonly DeepReadonly<T>[]));
        this.#hasSynced = true;
        this.#synced.resolve();
      },
      apply: (type, object) => {
        const after = type === 'DELETED' ? undefined : (object as DeepReadonly<T>);
        const change = this.#store.set(objectKey(object), after);
        if (change !== undefined) this.#dispatch([change]);
      },
    };
  }

  #dispatch(changes: readonly ObjectChange<T>[]): void {
    for (const change of changes) for (const queue of this.#queues) queue.push(change);
  }
}
