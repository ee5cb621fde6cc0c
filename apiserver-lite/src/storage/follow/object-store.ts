import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from './deep-readonly.ts';
import type { ObjectChange } from './handler-queue.ts';

/** The values under which an index has an object; none: the index does not have it. */
export type IndexFunction<T> = (object: DeepReadonly<T>) => readonly string[];

/** `NAMESPACE/NAME`, with an empty namespace for cluster-scoped objects. */
export function objectKey({ metadata: { namespace = '', name = '' } }: DeepReadonly<KubeObject>): string {
  return `${namespace}/${name}`;
}

/** The objects of an informer under the values that one index function gives for them. */
export class ObjectIndex<T extends KubeObject> {
  readonly #valuesOf: IndexFunction<T>;
  readonly #byValue = new Map<string, Map<string, DeepReadonly<T>>>();

  constructor(valuesOf: IndexFunction<T>) {
    this.#valuesOf = valuesOf;
  }

  /** The objects under `value`, in no particular order. */
  get(value: string): readonly DeepReadonly<T>[] {
    const objects = this.#byValue.get(value);
    return objects === undefined ? [] : [...objects.values()];
  }

  /** Whether any object is under `value`. */
  has(value: string): boolean {
    return this.#byValue.has(value);
  }

  /** Every value that has objects. */
  values(): Iterable<string> {
    return this.#byValue.keys();
  }

  /**
   * Takes over a change. The index function must not throw, and must give the same values for the same
   * object.
   */
  apply({ key, before, after }: ObjectChange<T>): void {
    for (const value of before === undefined ? [] : this.#valuesOf(before)) {
      const objects = this.#byValue.get(value);
      objects?.delete(key);
      if (objects?.size === 0) this.#byValue.delete(value);
    }
    for (const value of after === undefined ? [] : this.#valuesOf(after)) {
      const objects = this.#byValue.get(value);
      if (objects === undefined) this.#byValue.set(value, new Map([[key, after as DeepReadonly<T>]]));
      else objects.set(key, after as DeepReadonly<T>);
    }
  }
}

/** The current objects of one resource, by key and by any number of indexes. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, DeepReadonly<T>>();
  readonly #indexes = new Set<ObjectIndex<T>>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): DeepReadonly<T> | undefined {
    return this.#objects.get(key);
  }

  values(): Iterable<DeepReadonly<T>> {
    return this.#objects.values();
  }

  entries(): Iterable<[string, DeepReadonly<T>]> {
    return this.#objects.entries();
  }

  /** An index of what is here now and of all later changes, until `removeIndex`. */
  addIndex(valuesOf: IndexFunction<T>): ObjectIndex<T> {
    const index = new ObjectIndex(valuesOf);
    for (const [key, after] of this.#objects) index.apply({ key, before: undefined, after });
    this.#indexes.add(index);
    return index;
  }

  removeIndex(index: ObjectIndex<T>): void {
    this.#indexes.delete(index);
  }

  /** Stores an object, or deletes it where `after` is undefined. Undefined: that changed nothing. */
  set(key: string, after: DeepReadonly<T> | undefined): ObjectChange<T> | undefined {
    const before = this.#objects.get(key);
    if (before === after || isSameVersion(before, after)) return undefined;
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    const change = { key, before, after };
    for (const index of this.#indexes) index.apply(change);
    return change;
  }

  /** Makes `objects` all there is; the result is what that changed. */
  replace(objects: readonly DeepReadonly<T>[]): ObjectChange<T>[] {
    const changes: ObjectChange<T>[] = [];
    const gone = new Set(this.#objects.keys());
    for (const object of objects) {
      const key = objectKey(object);
      gone.delete(key);
      const change = this.set(key, object);
      if (change !== undefined) changes.push(change);
    }
    for (const key of gone) {
      const change = this.set(key, undefined);
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }
}

/** Whether a list or a watch brought a version that is here already. */
function isSameVersion(
  one: DeepReadonly<KubeObject> | undefined,
  other: DeepReadonly<KubeObject> | undefined,
): boolean {
  if (one === undefined || other === undefined) return false;
  const { resourceVersion, uid } = one.metadata;
  return (
    resourceVersion !== undefined &&
    resourceVersion === other.metadata.resourceVersion &&
    uid === other.metadata.uid
  );
}
