import sortedBtree from 'sorted-btree';
import type { KeyValue } from '../../etcdserverpb/types.ts';
import type { HistoryRow, RowRef } from '../history-row.ts';
import { KeyHistory } from './key-history.ts';
import { toKeyBytes, type KeyRange, type KeyString } from './key-range.ts';
import type { ValueCache } from './value-cache.ts';

type Tree = sortedBtree.default<KeyString, KeyHistory>;
const Tree = sortedBtree.default;

/** A change that may have made older revisions of its key superfluous. */
export interface Superseding {
  readonly revision: number;
  readonly history: KeyHistory;
}

/** Stands in for a value that must be read from the database. */
export const unloaded: Uint8Array = new Uint8Array(0);

/** The same in a key-value of an old revision, of which the lease is not known either. */
export const unloadedRow: Uint8Array = new Uint8Array(0);

/**
 * Every key with its uncompacted revisions, ordered by key: what etcd keeps in its `treeIndex`. Only
 * committed revisions are in it.
 */
export class KeyIndex {
  readonly #tree: Tree = new Tree<KeyString, KeyHistory>(undefined, compareKeys);
  readonly #values: ValueCache;
  /** While everything is loaded: keys in no order. */
  #loading: Map<KeyString, KeyHistory> | undefined;
  #revisionCount = 0;
  /** What was asked for last, and what was found. */
  #lastKey: KeyString | undefined;
  #lastFound: KeyHistory | undefined;
  /** Changes that made another revision superfluous, by revision: where compaction finds its work. */
  #superseding: Superseding[] = [];

  constructor(values: ValueCache) {
    this.#values = values;
  }

  /** Keys known, deleted but uncompacted ones included. */
  get keyCount(): number {
    return this.#tree.size;
  }

  /** History rows known. */
  get revisionCount(): number {
    return this.#revisionCount;
  }

  /** The key's history; undefined if it has no uncompacted revision. */
  get(key: KeyString): KeyHistory | undefined {
    return this.#find(key);
  }

  /**
   * The key as a message, at `revision`; undefined if it does not exist then. Its value may be `unloaded`.
   * The bytes of the key may be given.
   */
  keyValue(key: KeyString, revision: number, bytes?: Uint8Array): KeyValue | undefined {
    const history = this.#find(key);
    return history === undefined ? undefined : keyValueAt(history, revision, bytes);
  }

  /** Applies a committed row, in order of revision. The value is cached unless `value` is `unloaded`. */
  apply(row: HistoryRow): KeyHistory {
    let history = this.#find(row.key);
    if (history === undefined) {
      history = new KeyHistory(row.key);
      if (this.#loading === undefined) this.#tree.set(row.key, history);
      else this.#loading.set(row.key, history);
      this.#lastFound = history;
    }
    if (history.modRevision > 0 || row.tombstone) this.#superseding.push({ revision: row.revision, history });
    if (row.revision !== history.modRevision) this.#revisionCount++;
    history.append(row);
    if (row.tombstone || row.value === unloaded) this.#values.drop(history);
    else this.#values.set(history, row.value);
    return history;
  }

  /**
   * Until `endLoad`, only `apply` may be called: to sort a million keys once is much cheaper than to find the
   * place of each among those that came before.
   */
  beginLoad(): void {
    this.#loading = new Map();
  }

  /** Everything was applied. */
  endLoad(): void {
    const loaded = this.#loading ?? new Map<KeyString, KeyHistory>();
    this.#loading = undefined;
    // By code units, as `compareKeys`.
    for (const key of [...loaded.keys()].sort()) this.#tree.set(key, loaded.get(key) as KeyHistory);
  }

  /** Visits every key's history, in the order of the keys. */
  forEach(visit: (history: KeyHistory) => void): void {
    this.#tree.forEachPair((_key, history) => visit(history));
  }

  /** How many keys of the range exist at `revision`. */
  count(range: KeyRange, revision: number): number {
    let count = 0;
    this.#visit(range, (history) => {
      if (history.modRevision <= revision ? history.live : history.at(revision) !== undefined) count++;
    });
    return count;
  }

  /**
   * Appends the range's keys at `revision`, ascending, at most `limit` of them, to `found`; returns how many
   * there are without the limit. Values that are not cached are `unloaded`.
   */
  collect(range: KeyRange, at: { revision: number; limit: number }, found: KeyValue[]): number {
    let count = 0;
    this.#visit(range, (history) => {
      if (count >= at.limit) {
        if (history.modRevision <= at.revision ? history.live : history.at(at.revision) !== undefined)
          count++;
        return;
      }
      const kv = keyValueAt(history, at.revision);
      if (kv === undefined) return;
      count++;
      found.push(kv);
    });
    return count;
  }

  /** A value that was read for a current key may be kept, if the key has not changed since. */
  remember(ref: RowRef, value: Uint8Array): void {
    const history = this.#find(ref.key);
    if (history?.live && history.modRevision === ref.revision) this.#values.set(history, value);
  }

  /**
   * The keys that a compaction at `revision` has to look at: those changed more than once up to it. Each may
   * appear several times. Takes them out of the index's list: the caller must `compact` them all.
   */
  takeSuperseded(revision: number): Superseding[] {
    const changes = this.#superseding;
    let end = 0;
    for (let high = changes.length; end < high;) {
      const middle = (end + high) >> 1;
      if ((changes[middle] as Superseding).revision <= revision) end = middle + 1;
      else high = middle;
    }
    // A tombstone exactly at the compacted revision stays until the next compaction: look again then.
    let keepFrom = end;
    while (keepFrom > 0 && (changes[keepFrom - 1] as Superseding).revision === revision) keepFrom--;
    this.#superseding = changes.slice(keepFrom);
    return changes.slice(0, end);
  }

  /** Forgets what nothing at or after `revision` can see of these keys. Returns the rows to delete. */
  compact(changes: Iterable<Superseding>, revision: number): RowRef[] {
    const rows: RowRef[] = [];
    for (const { history } of changes) {
      for (const dropped of history.compact(revision)) {
        rows.push({ revision: dropped, key: history.key });
        this.#revisionCount--;
      }
      if (history.modRevision === 0 && this.#find(history.key) === history) this.#delete(history.key);
    }
    return rows;
  }

  /** One request asks for its key several times, and a walk through the tree is most of what each costs. */
  #find(key: KeyString): KeyHistory | undefined {
    if (key === this.#lastKey) return this.#lastFound;
    this.#lastFound = (this.#loading ?? this.#tree).get(key);
    this.#lastKey = key;
    return this.#lastFound;
  }

  #delete(key: KeyString): void {
    this.#tree.delete(key);
    this.#lastKey = undefined;
  }

  #visit(range: KeyRange, visit: (history: KeyHistory) => void): void {
    if (range.single) {
      const history = this.#find(range.low);
      if (history !== undefined) visit(history);
      return;
    }
    if (range.low >= range.high) return;
    this.#tree.forRange(range.low, range.high, false, (_key, history) => visit(history));
  }
}

function keyValueAt(history: KeyHistory, revision: number, bytes?: Uint8Array): KeyValue | undefined {
  if (history.modRevision <= revision) {
    if (!history.live) return undefined;
    history.used = true;
    return {
      key: bytes ?? toKeyBytes(history.key),
      createRevision: history.createRevision,
      modRevision: history.modRevision,
      version: history.version,
      value: history.value ?? unloaded,
      lease: history.lease,
    };
  }
  const state = history.at(revision);
  if (state === undefined) return undefined;
  return {
    key: bytes ?? toKeyBytes(history.key),
    createRevision: state.createRevision,
    modRevision: state.modRevision,
    version: state.version,
    value: unloadedRow,
    lease: 0n,
  };
}

function compareKeys(a: KeyString, b: KeyString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
