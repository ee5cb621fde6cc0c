import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import {
  alreadyExists,
  conflict,
  notFound,
  objectModified,
  type GroupResource,
} from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { ListPage, ObjectKey, ResourceStorage, Watcher } from '../../storage/storage.ts';
import { applyDefaults } from '../defaults/apply-defaults.ts';
import { copyOf, isSame } from '../generic/copy-object.ts';
import { checkPreconditions, type KeptResource } from '../generic/dry-run-storage.ts';

/** Revisions shared by several storages, as one etcd gives them. */
export interface RevisionCounter {
  current: number;
}

/** A ResourceStorage in memory for unit tests: optimistic writes as the real one, watches absent. */
export class MemoryStorage implements ResourceStorage {
  readonly objects = new Map<string, CachedObject>();
  /** Seconds given at the last write of a key, as a lease would have them. */
  readonly ttlSeconds = new Map<string, number>();
  readonly #resource: GroupResource;
  readonly #kept: KeptResource;
  readonly #revisions: RevisionCounter;

  constructor(
    resource: GroupResource,
    revisions: RevisionCounter = { current: 0 },
    keyPrefix = resource.resource,
  ) {
    this.#resource = resource;
    this.#kept = { resource, keyPrefix: `registry/${keyPrefix}` };
    this.#revisions = revisions;
  }

  async create(key: ObjectKey, object: KubeObject, options?: { ttlSeconds?: number }): Promise<CachedObject> {
    await setImmediate();
    const path = pathOf(key);
    if (this.objects.has(path)) throw alreadyExists(this.#resource, key.name);
    if (options?.ttlSeconds !== undefined) this.ttlSeconds.set(path, options.ttlSeconds);
    return this.#put(path, object);
  }

  async get(key: ObjectKey): Promise<CachedObject> {
    await setImmediate();
    const found = this.objects.get(pathOf(key));
    if (found === undefined) throw notFound(this.#resource, key.name);
    return found;
  }

  async list(options: { namespace: string; predicate?: (object: KubeObject) => boolean }): Promise<ListPage> {
    const items = [...this.objects.values()].filter(
      ({ object }) =>
        (options.namespace === '' || object.metadata.namespace === options.namespace) &&
        (options.predicate?.(object) ?? true),
    );
    return { items, resourceVersion: String(this.#revisions.current), continueToken: '' };
  }

  watch(): Promise<Watcher> {
    return Promise.reject(new Error('this storage cannot be watched'));
  }

  async guaranteedUpdate(
    key: ObjectKey,
    tryUpdate: (current: CachedObject | undefined) => Promise<KubeObject> | KubeObject,
    options: Parameters<ResourceStorage['guaranteedUpdate']>[2] = {},
  ): Promise<CachedObject> {
    const path = pathOf(key);
    for (;;) {
      const current = this.objects.get(path);
      if (current === undefined && options.ignoreNotFound !== true) throw notFound(this.#resource, key.name);
      if (current !== undefined) checkPreconditions(this.#kept, key, options.preconditions, current.object);
      const next = await tryUpdate(current);
      if (this.objects.get(path) !== current) continue;
      if (current !== undefined && isSame(current.object, next)) return current;
      if (options.ttlSeconds !== undefined) this.ttlSeconds.set(path, options.ttlSeconds);
      return this.#put(path, next);
    }
  }

  async delete(
    key: ObjectKey,
    options: Parameters<ResourceStorage['delete']>[1] = {},
  ): Promise<CachedObject> {
    const path = pathOf(key);
    const current = await this.get(key);
    checkPreconditions(this.#kept, key, options.preconditions, current.object);
    await options.validate?.(current);
    if (this.objects.get(path) !== current) throw conflict(this.#resource, key.name, objectModified);
    this.objects.delete(path);
    this.ttlSeconds.delete(path);
    this.#revisions.current += 1;
    return version(current.object, this.#revisions.current);
  }

  count(): number {
    return this.objects.size;
  }

  async ready(): Promise<void> {}

  #put(path: string, object: KubeObject): CachedObject {
    this.#revisions.current += 1;
    const stored = version(object, this.#revisions.current);
    this.objects.set(path, stored);
    return stored;
  }
}

function pathOf({ namespace, name }: ObjectKey): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

function version(object: KubeObject, revision: number): CachedObject {
  const copy = copyOf(object);
  applyDefaults(copy); // Whatever is read from a store gets its defaults.
  copy.metadata.resourceVersion = String(revision);
  return new CachedObject(copy, revision);
}
