import { valueOf, type ValueOwner, type ValueSegment } from './value-segments.ts';
import type { KeyString } from './key-range.ts';

/** A life of a key, from its creation to its tombstone or to now. */
interface Generation {
  /** Revision that created the key; stays when that revision is compacted away. */
  created: number;
  /** Version of the newest revision in `revisions`; a tombstone counts as one more. */
  version: number;
  /** Ascending. Compaction takes from the front. */
  revisions: number[];
  /** The newest revision is a tombstone. */
  ended: boolean;
}

/** Never changed: `#begin` comes first. */
const noRevisions: number[] = [];

/** What a key was at some revision. */
export interface KeyState {
  readonly modRevision: number;
  readonly createRevision: number;
  readonly version: number;
}

/** What the index must know of a change: the part of a `HistoryRow` without key and value. */
export interface KeyChange {
  readonly revision: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly tombstone: boolean;
}

/**
 * All uncompacted revisions of one key, in generations (etcd: `mvcc/key_index.go` keeps the same picture).
 *
 *     put(2) put(5) delete(6) put(8) put(9)          past:    { created 2, revisions [2 5 6], ended }
 *                                                    newest:  { created 8, revisions [8 9] }
 *       at(1) nothing     at(5) and nothing newer than 5: mod 5, version 2
 *       at(6), at(7) nothing: 6 is the tombstone      at(9) mod 9, version 2, created 8
 *
 *     compact(5)  drops 2;          keeps 5, because a read at 5 or later (until 6) still shows it
 *     compact(6)  drops 2 5;        keeps the tombstone 6: a watch from 6 must still see the delete
 *     compact(7)  drops 2 5 6
 *     compact(9)  drops 2 5 6 8;    9 stays: the live revision is never dropped
 *
 * A transaction may put a key and delete it, and delete a key and put it, in one revision (never put it
 * twice):
 *
 *     put(2) put(5) delete(5)     newest:  { created 2, revisions [2 5], ended }: the put is never visible
 *     put(2) delete(5) put(5)     past:    { created 2, revisions [2 5], ended }
 *                                 newest:  { created 5, revisions [5] }: the name 5 is dropped when both are
 *
 * The newest generation lies flat in the object itself: most keys have one generation of one revision, and
 * there may be millions of them.
 */
export class KeyHistory implements ValueOwner {
  readonly key: KeyString;
  /** Lease of the newest revision, 0n when none or deleted. */
  lease = 0n;
  /** The value cache's marks: where the value of the newest revision is, if it holds it. */
  segment: ValueSegment | undefined = undefined;
  valueAt = 0;
  valueBytes = 0;
  used = false;

  #created = 0;
  #version = 0;
  #revisions: number[] = noRevisions;
  #ended = true;
  #past: Generation[] | undefined = undefined;

  constructor(key: KeyString) {
    this.key = key;
  }

  /** Value of the newest revision, if the value cache holds it: a view of memory that many share. */
  get value(): Uint8Array | undefined {
    return valueOf(this);
  }

  /** Newest revision, which may be a tombstone; 0 when there is none. */
  get modRevision(): number {
    return this.#revisions.at(-1) ?? 0;
  }

  /** Whether the key exists at its newest revision. */
  get live(): boolean {
    return !this.#ended;
  }

  /** Creation of the living key; 0 when deleted. */
  get createRevision(): number {
    return this.#ended ? 0 : this.#created;
  }

  /** Version of the living key; 0 when deleted. */
  get version(): number {
    return this.#ended ? 0 : this.#version;
  }

  /** How many revisions are kept, tombstones included. */
  get revisionCount(): number {
    return new Set([...this.#revisions, ...(this.#past ?? []).flatMap(({ revisions }) => revisions)]).size;
  }

  /** Adds the next change; only the other kind of change may have `modRevision`, too. */
  append(change: KeyChange): void {
    const again = change.revision === this.modRevision;
    if (change.revision < this.modRevision || (again && change.tombstone === this.#ended)) {
      throw new Error(`revision ${change.revision} of a key that is at ${this.modRevision}`);
    }
    if (change.tombstone && again) {
      // The put of this revision counted as the version that the tombstone counts as now.
      this.#ended = true;
      this.lease = 0n;
      return;
    }
    if (change.tombstone) {
      // A tombstone without its generation: what was before it is compacted already (see compact(6) above).
      if (this.#ended) this.#begin(change.revision, change.revision, 0);
      else this.#revisions.push(change.revision);
      this.#version += 1;
      this.#ended = true;
      this.lease = 0n;
      return;
    }
    if (this.#ended) this.#begin(change.revision, change.createRevision, change.version);
    else this.#revisions.push(change.revision);
    this.#version = change.version;
    this.#ended = false;
    this.lease = change.lease;
  }

  /** The key as it was at `revision`; undefined if it did not exist then. */
  at(revision: number): KeyState | undefined {
    if (this.#revisions.length > 0 && this.modRevision <= revision) {
      if (this.#ended) return undefined;
      return { modRevision: this.modRevision, createRevision: this.#created, version: this.#version };
    }
    return this.#find(revision);
  }

  /**
   * Forgets what no read and no watch at or after `revision` can see. Returns the forgotten revisions,
   * ascending: rows to delete. When `modRevision` is 0 afterwards, nothing is left of the key.
   */
  compact(revision: number): number[] {
    const dropped: number[] = [];
    const several = this.#past !== undefined;
    if (this.#past !== undefined) {
      const kept: Generation[] = [];
      for (const generation of this.#past) {
        trim(generation, revision, dropped);
        if (generation.revisions.length > 0) kept.push(generation);
      }
      this.#past = kept.length > 0 ? kept : undefined;
    }
    if (this.#revisions.length > 0 && (this.#revisions.length > 1 || this.#ended)) {
      trim({ created: 0, version: 0, revisions: this.#revisions, ended: this.#ended }, revision, dropped);
    }
    // A revision that ended one generation and began the next is gone only when it is gone from both.
    return several ? [...new Set(dropped)].filter((each) => !this.has(each)) : dropped;
  }

  /** Whether the row of this revision is one that the index still refers to. */
  has(revision: number): boolean {
    return (
      this.#revisions.includes(revision) ||
      (this.#past?.some((generation) => generation.revisions.includes(revision)) ?? false)
    );
  }

  #begin(revision: number, created: number, version: number): void {
    if (this.#revisions.length > 0) {
      this.#past ??= [];
      this.#past.push({
        created: this.#created,
        version: this.#version,
        revisions: this.#revisions,
        ended: this.#ended,
      });
    }
    // Most keys never have a second one, and an array that something is pushed to makes room for 17.
    this.#revisions = [revision];
    this.#created = created;
    this.#version = version;
  }

  #find(revision: number): KeyState | undefined {
    const newest = {
      created: this.#created,
      version: this.#version,
      revisions: this.#revisions,
      ended: this.#ended,
    };
    let generation: Generation = newest;
    let next = (this.#past?.length ?? 0) - 1;
    while ((generation.revisions[0] ?? Infinity) > revision) {
      const older = this.#past?.[next--];
      if (older === undefined) return undefined;
      generation = older;
    }
    const last = generation.revisions.length - 1;
    let at = last;
    while ((generation.revisions[at] ?? 0) > revision) at--;
    if (at === last && generation.ended) return undefined;
    return {
      modRevision: generation.revisions[at] ?? 0,
      createRevision: generation.created,
      version: generation.version - (last - at),
    };
  }
}

/** Drops, from the front, the revisions of one generation that nothing at or after `revision` sees. */
function trim(generation: Generation, revision: number, dropped: number[]): void {
  const { revisions } = generation;
  let keepFrom = 0;
  while (keepFrom + 1 < revisions.length && (revisions[keepFrom + 1] ?? 0) <= revision) keepFrom++;
  const isTombstone = keepFrom === revisions.length - 1 && generation.ended;
  if (isTombstone && (revisions[keepFrom] ?? 0) < revision) keepFrom++;
  for (let i = 0; i < keepFrom; i++) dropped.push(revisions[i] as number);
  if (keepFrom > 0) revisions.splice(0, keepFrom);
}
