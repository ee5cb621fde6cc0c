import type { ApiObject } from '../client/api-object.ts';
import { objectKey } from '../client/api-object.ts';

/** The values of an object in an index; without values it is not in the index. */
export type IndexFunction<T extends ApiObject> = (object: T) => readonly string[];

/** What readers of an informer's cache may do. Objects are shared: never change one. */
export interface ReadonlyStore<T extends ApiObject> {
  /** By `namespace/name`. */
  get(key: string): T | undefined;
  list(): T[];
  inNamespace(namespace: string): T[];
  /** By the owner's uid, over all owner references. */
  ownedBy(uid: string): T[];
  /** By an index that was added under this name. */
  byIndex(index: string, value: string): T[];
  readonly size: number;
}

const namespaceIndex = 'namespace';
const ownerIndex = 'owner';

/**
 * Objects by key, with indexes that are kept as objects change (client-go: `tools/cache.ThreadSafeStore`).
 */
export class Store<T extends ApiObject> implements ReadonlyStore<T> {
  readonly #objects = new Map<string, T>();
  readonly #functions = new Map<string, IndexFunction<T>>();
  readonly #indexes = new Map<string, Map<string, Map<string, T>>>();

  constructor() {
    this.addIndex(namespaceIndex, (object) => [object.metadata.namespace ?? '']);
    this.addIndex(ownerIndex, (object) => (object.metadata.ownerReferences ?? []).map(({ uid }) => uid));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): T[] {
    return namespace === '' ? this.list() : this.byIndex(namespaceIndex, namespace);
  }

  ownedBy(uid: string): T[] {
    return this.byIndex(ownerIndex, uid);
  }

  byIndex(index: string, value: string): T[] {
    const filed = this.#indexes.get(index);
    if (!filed) throw new Error(`there is no index ${index}`);
    return [...(filed.get(value)?.values() ?? [])];
  }

  /** Adding an index again under its name changes nothing: several controllers may use the same one. */
  addIndex(index: string, values: IndexFunction<T>): void {
    if (this.#functions.has(index)) return;
    this.#functions.set(index, values);
    this.#indexes.set(index, new Map());
    for (const [key, object] of this.#objects) this.#file(index, key, object);
  }

  /** Returns what was there before. */
  set(object: T): T | undefined {
    const key = objectKey(object);
    const before = this.delete(key);
    this.#objects.set(key, object);
    for (const index of this.#functions.keys()) this.#file(index, key, object);
    return before;
  }

  /** Returns what was there. */
  delete(key: string): T | undefined {
    const before = this.#objects.get(key);
    if (!before) return undefined;
    this.#objects.delete(key);
    for (const [index, values] of this.#functions) {
      const filed = this.#indexes.get(index);
      for (const value of values(before)) {
        const bucket = filed?.get(value);
        bucket?.delete(key);
        if (bucket?.size === 0) filed?.delete(value);
      }
    }
    return before;
  }

  #file(index: string, key: string, object: T): void {
    const filed = this.#indexes.get(index);
    for (const value of this.#functions.get(index)?.(object) ?? []) {
      const bucket = filed?.get(value);
      if (bucket) bucket.set(key, object);
      else filed?.set(value, new Map([[key, object]]));
    }
  }
}
