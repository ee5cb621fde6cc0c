import sortedBTree from 'sorted-btree';
import type { CollectedPage } from '../list-page.ts';
import type { KeyRange } from '../etcd/key-layout.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import type { CacheEvent } from './cache-event.ts';

/** What a page of a list consists of. */
export interface PageQuery extends KeyRange {
  /** 0: no limit. */
  limit: number;
  filter: ((object: StoredObject) => boolean) | undefined;
}

function compareKeys(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

type Tree = sortedBTree.default<string, StoredObject>;

function* objectsOf(tree: Tree, { low, high }: KeyRange): Generator<StoredObject> {
  const pair: [string, StoredObject][number][] = [];
  for (const [key, object] of tree.entries(low, pair)) {
    if (key >= high) return;
    yield object;
  }
}

/** The current objects of one resource by key, in the order of the store. */
export class ObjectIndex {
  #tree: Tree = new sortedBTree.default<string, StoredObject>(undefined, compareKeys);
  /** As the tree is now; gone with the next change. */
  #snapshot: Tree | undefined;

  get size(): number {
    return this.#tree.size;
  }

  get(key: string): StoredObject | undefined {
    return this.#tree.get(key);
  }

  set(object: StoredObject): void {
    this.#snapshot = undefined;
    this.#tree.set(object.key, object);
  }

  delete(key: string): void {
    this.#snapshot = undefined;
    this.#tree.delete(key);
  }

  /** `objects` in ascending order of their keys. */
  replace(objects: readonly StoredObject[]): void {
    const entries = objects.map((object): [string, StoredObject] => [object.key, object]);
    this.#snapshot = undefined;
    this.#tree = new sortedBTree.default(entries, compareKeys);
  }

  /** Current objects in a range; the index must not change on the way. */
  range(range: KeyRange): Generator<StoredObject> {
    return objectsOf(this.#tree, range);
  }

  /**
   * Objects in a range as they are now, however slowly they are taken. Costs nothing: later changes copy what
   * they touch.
   */
  snapshot(range: KeyRange): Generator<StoredObject> {
    this.#snapshot ??= this.#tree.clone();
    return objectsOf(this.#snapshot, range);
  }

  /**
   * The objects in a range as they were before `undone`, all changes since then, oldest first. Few changes
   * lie between two pages of a list, so they are taken back here, and no revision needs a copy of the index.
   */
  *rangeBefore(range: KeyRange, undone: readonly CacheEvent[]): Generator<StoredObject> {
    const old = new Map<string, StoredObject | undefined>();
    for (const { key, before } of undone) {
      if (key >= range.low && key < range.high && !old.has(key)) old.set(key, before);
    }
    const oldKeys = [...old.keys()].sort(compareKeys);
    let next = 0;
    for (const object of this.range(range)) {
      for (; next < oldKeys.length && (oldKeys[next] as string) < object.key; next++) {
        const vanished = old.get(oldKeys[next] as string);
        if (vanished !== undefined) yield vanished;
      }
      if (oldKeys[next] === object.key) continue;
      yield object;
    }
    for (; next < oldKeys.length; next++) {
      const vanished = old.get(oldKeys[next] as string);
      if (vanished !== undefined) yield vanished;
    }
  }
}

/** One page of `objects`, which come in the order of their keys. */
export function collectPage(
  objects: Iterable<StoredObject>,
  { limit, filter }: Pick<PageQuery, 'limit' | 'filter'>,
  revision: number,
): CollectedPage {
  const items: StoredObject[] = [];
  let lastLooked: string | undefined;
  let lastKey: string | undefined;
  let looked = 0;
  let remaining = 0;
  for (const object of objects) {
    if (limit > 0 && items.length >= limit) {
      lastKey = lastLooked;
      remaining += 1;
      // Behind a selector the rest is not counted.
      if (filter !== undefined) break;
      continue;
    }
    lastLooked = object.key;
    looked += 1;
    if (filter === undefined || filter(object)) items.push(object);
  }
  return { items, revision, lastKey, looked, remaining };
}
