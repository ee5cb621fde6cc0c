import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Logger } from 'pino';
import { groupResourceName } from '../../api-errors/status-error.ts';
import type { GroupResource } from '../../api-errors/status-error.ts';
import type { Clock } from '../clock.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import type { InformerHandler } from './handler-queue.ts';
import { Informer } from './informer.ts';
import type { HandlerRegistration } from './informer.ts';
import type { IndexFunction, ObjectIndex } from './object-store.ts';
import type { ObjectSource } from './reflector.ts';

/** What the informers work with. */
export interface SharedInformersOptions {
  /** The storage of a resource. May throw for one that is not served; `follow` then throws the same. */
  sourceOf: (resource: GroupResource) => ObjectSource;
  clock: Clock;
  /** In [0, 1). */
  random: () => number;
  log: Logger;
}

/**
 * What a follower sees of an informer that it shares with others; `release` takes away what the follower
 * added.
 */
export interface FollowedResource<T extends KubeObject> {
  /** Whether the first list is in the store and the indexes. */
  readonly hasSynced: boolean;
  /** Resolves with the first list; rejects when all informers are closed before. */
  readonly synced: Promise<void>;
  readonly size: number;
  /** `namespace` is empty for cluster-scoped resources. */
  get(namespace: string, name: string): DeepReadonly<T> | undefined;
  /** Everything, in no particular order. */
  list(): Iterable<DeepReadonly<T>>;
  /** The objects under the values that `valuesOf` gives for each. */
  addIndex(valuesOf: IndexFunction<T>): ObjectIndex<T>;
  /** Calls `handler` for everything that is there, then for every change. */
  addHandler(handler: InformerHandler<T>): HandlerRegistration;
  /** Ends following. The informer stops with its last follower. */
  release(): void;
}

/**
 * One informer for each resource that anything in the server follows, started by its first follower
 * (Kubernetes: client-go `informers.SharedInformerFactory`).
 */
export class SharedInformers {
  readonly #options: SharedInformersOptions;
  readonly #shared = new Map<unknown, { informer: Informer<KubeObject>; followers: number }>();
  #closed = false;

  constructor(options: SharedInformersOptions) {
    this.#options = options;
  }

  /** Number of informers that run. */
  get size(): number {
    return this.#shared.size;
  }

  /**
   * Follows a resource. `T` is the type of its objects in the storage version; nothing checks it.
   * Throws where everything is closed, or the resource has no storage.
   */
  follow<T extends KubeObject = KubeObject>(resource: GroupResource): FollowedResource<T> {
    const name = groupResourceName(resource);
    return this.#follow(name, name, () => this.#options.sourceOf(resource));
  }

  /**
   * Follows what another source lists and watches, as a resource in one of its versions; followers share it
   * by `key`, which is compared as keys of a Map are. `name` is for messages. Throws where everything is
   * closed.
   */
  followSource<T extends KubeObject = KubeObject>(
    key: object,
    { name, source }: { name: string; source: ObjectSource },
  ): FollowedResource<T> {
    return this.#follow(key, name, () => source);
  }

  #follow<T extends KubeObject>(
    key: unknown,
    name: string,
    sourceOf: () => ObjectSource,
  ): FollowedResource<T> {
    if (this.#closed) throw new Error('the informers are closed');
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      const { clock, random, log } = this.#options;
      const informer = new Informer<KubeObject>({ source: sourceOf(), name, clock, random, log });
      shared = { informer, followers: 0 };
      this.#shared.set(key, shared);
      informer.start();
    }
    const entry = shared;
    entry.followers += 1;
    return followerOf(entry.informer as unknown as Informer<T>, () => {
      entry.followers -= 1;
      if (entry.followers > 0) return;
      entry.informer.stop();
      // A closed and reopened resource may have a newer informer under this key.
      if (this.#shared.get(key) === entry) this.#shared.delete(key);
    });
  }

  /** Stops all informers, also those that have followers. */
  close(): void {
    this.#closed = true;
    for (const { informer } of this.#shared.values()) informer.stop();
    this.#shared.clear();
  }
}

function followerOf<T extends KubeObject>(informer: Informer<T>, leave: () => void): FollowedResource<T> {
  const registrations = new Set<HandlerRegistration>();
  const indexes = new Set<ObjectIndex<T>>();
  let released = false;
  return {
    get hasSynced() {
      return informer.hasSynced;
    },
    get synced() {
      return informer.synced;
    },
    get size() {
      return informer.size;
    },
    get: (namespace, name) => informer.get(namespace, name),
    list: () => informer.list(),
    addIndex(valuesOf) {
      const index = informer.addIndex(valuesOf);
      if (released) informer.removeIndex(index);
      else indexes.add(index);
      return index;
    },
    addHandler(handler) {
      const registration = informer.addHandler(handler);
      if (released) registration.remove();
      else registrations.add(registration);
      return registration;
    },
    release() {
      if (released) return;
      released = true;
      for (const registration of registrations) registration.remove();
      for (const index of indexes) informer.removeIndex(index);
      leave();
    },
  };
}
