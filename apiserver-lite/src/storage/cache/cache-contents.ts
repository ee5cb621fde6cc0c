import type { KeyRange } from '../etcd/key-layout.ts';
import type { StoredObject } from '../etcd/stored-object.ts';
import type { CollectedPage } from '../list-page.ts';
import { CacheEvent } from './cache-event.ts';
import { EventHistory } from './event-history.ts';
import type { HistoryLimits } from './event-history.ts';
import { collectPage, ObjectIndex } from './object-index.ts';

/** One page of a list at a revision. */
export interface CachePage {
  range: KeyRange;
  filter: ((object: StoredObject) => boolean) | undefined;
  /** 0: no limit. */
  limit: number;
  /** One that `covers` confirmed. */
  revision: number;
}

/** One change as the store reports it. */
export interface StoredChange {
  key: string;
  revision: number;
  /** Absent: deleted. */
  after: StoredObject | undefined;
  receivedAtMs: number;
}

/**
 * What a watch cache holds.
 *
 * Invariant: `index` is the store's state at `revision`, and `history` holds every change in (oldestRevision,
 * revision].
 */
export class CacheContents {
  readonly #index = new ObjectIndex();
  readonly #history: EventHistory;
  #revision = 0;
  #bytes = 0;

  constructor(limits: HistoryLimits) {
    this.#history = new EventHistory(limits);
  }

  get revision(): number {
    return this.#revision;
  }

  /** Revisions from here on can be listed and resumed from. */
  get oldestRevision(): number {
    return this.#history.floor;
  }

  /** Objects. */
  get size(): number {
    return this.#index.size;
  }

  /** Size of all objects as they are stored. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Changes. */
  get historySize(): number {
    return this.#history.size;
  }

  /** Changes that there is room for now. */
  get capacity(): number {
    return this.#history.capacity;
  }

  get(key: string): StoredObject | undefined {
    return this.#index.get(key);
  }

  /** Starts over with the store's state at `revision`, `objects` in the order of their keys. */
  replace(objects: readonly StoredObject[], revision: number): void {
    this.#index.replace(objects);
    this.#bytes = objects.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#history.reset(revision);
    this.#revision = revision;
  }

  /** Adds every change after `revision` and up to `oldestRevision`, oldest first, to the history. */
  reachBack(events: readonly CacheEvent[], revision: number): void {
    this.#history.reachBack(events, revision);
  }

  /** Takes `object` for the current one of the same key and revision; does nothing where that is another. */
  replaceVersion(object: StoredObject): void {
    if (this.#index.get(object.key)?.revision === object.revision) this.#index.set(object);
  }

  /** Applies the next change; the result is what watchers are offered. `revision` moves on with `advance`. */
  apply({ key, revision, after, receivedAtMs }: StoredChange): CacheEvent | undefined {
    const before = this.#index.get(key);
    this.#bytes += (after?.bytes ?? 0) - (before?.bytes ?? 0);
    if (after !== undefined) this.#index.set(after);
    else this.#index.delete(key);
    if (before === undefined && after === undefined) return undefined;
    const event = new CacheEvent({ key, revision, before, after, receivedAtMs });
    this.#history.push(event);
    return event;
  }

  /** Every change up to `revision` was applied. Returns whether the revision moved. */
  advance(revision: number): boolean {
    if (revision <= this.#revision) return false;
    this.#revision = revision;
    return true;
  }

  /** Whether a list at `revision` can be answered from here. */
  covers(revision: number): boolean {
    return revision <= this.#revision && revision >= this.#history.floor;
  }

  page({ range, filter, limit, revision }: CachePage): CollectedPage {
    const undone = revision < this.#revision ? this.#history.after(revision) : [];
    const objects = undone.length === 0 ? this.#index.range(range) : this.#index.rangeBefore(range, undone);
    return collectPage(objects, { limit, filter }, revision);
  }

  /** Objects in a range as they are now, however slowly they are taken. */
  snapshot(range: KeyRange): Iterator<StoredObject> {
    return this.#index.snapshot(range);
  }

  /** Changes after `revision`, which must not be below `oldestRevision`. */
  changesAfter(revision: number): CacheEvent[] {
    return this.#history.after(revision);
  }

  /** Drops changes that are too old at `nowMs`. */
  prune(nowMs: number): void {
    this.#history.prune(nowMs);
  }
}
