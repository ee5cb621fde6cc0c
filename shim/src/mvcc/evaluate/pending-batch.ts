import type { AccessView } from '../../auth/permissions/access-rules.ts';
import type { AuthState } from '../../auth/auth-state.ts';
import type { KeyValue } from '../../etcdserverpb/types.ts';
import type { CommitBatch, Fence } from '../history-port.ts';
import type { HistoryRow } from '../history-row.ts';
import type { KeyIndex } from '../index/key-index.ts';
import { rangeContains, toKeyBytes, type KeyRange, type KeyString } from '../index/key-range.ts';
import type { KeyMetadata, ReadView } from './read-view.ts';
import type { LeaseTable } from '../../lease/lease-table.ts';

/**
 * A batch while it is evaluated: the committed state with the batch's changes on top. The committed index is
 * not touched, so readers go on, and a batch that loses its race is simply forgotten.
 *
 * Every request of the batch sees those before it. One that changes something gets the next revision:
 * `beginRequest`, then `put` and `remove`, which take consecutive sub-revisions.
 */
export class PendingBatch implements ReadView, AccessView {
  /** Auth as of before the batch, which cannot change it. */
  readonly auth: AuthState;
  readonly rows: HistoryRow[] = [];
  readonly grants = new Map<bigint, { id: bigint; ttlSeconds: number }>();
  readonly revokes = new Set<bigint>();
  /** Set by a compaction in the batch. */
  compactRevision: number;

  readonly #index: KeyIndex;
  readonly #leases: LeaseTable;
  readonly #fence: Fence;
  /** The batch's own changes by key, oldest first. */
  readonly #changes = new Map<KeyString, HistoryRow[]>();
  /** Last revision that requests before this one have taken. */
  #baseRevision: number;
  #sub = 0;

  constructor(state: { index: KeyIndex; leases: LeaseTable; auth: AuthState; fence: Fence }) {
    this.auth = state.auth;
    this.#index = state.index;
    this.#leases = state.leases;
    this.#fence = state.fence;
    this.#baseRevision = state.fence.revision;
    this.compactRevision = state.fence.compactRevision;
  }

  /**
   * The revision that a read within the current request sees: the next one, once the request changed
   * something.
   */
  get revision(): number {
    return this.#sub > 0 ? this.#baseRevision + 1 : this.#baseRevision;
  }

  /** Whether there is anything to write. */
  get empty(): boolean {
    return (
      this.rows.length === 0 &&
      this.grants.size === 0 &&
      this.revokes.size === 0 &&
      this.compactRevision === this.#fence.compactRevision
    );
  }

  /** Closes the revision of the request before, if it took one. */
  beginRequest(): void {
    if (this.#sub > 0) this.#baseRevision++;
    this.#sub = 0;
  }

  get(key: KeyString, revision: number): KeyValue | undefined {
    const changes = this.#changes.get(key);
    if (changes !== undefined) {
      for (let i = changes.length - 1; i >= 0; i--) {
        const row = changes[i] as HistoryRow;
        if (row.revision <= revision) return row.tombstone ? undefined : keyValue(row);
      }
    }
    return this.#index.keyValue(key, revision);
  }

  current(key: KeyString): KeyMetadata | undefined {
    // All that the batch has changed so far is at this revision or below.
    const change = this.#changes.get(key)?.at(-1);
    if (change !== undefined) return change.tombstone ? undefined : toMetadata(change);
    const history = this.#index.get(key);
    return history?.live ? history : undefined;
  }

  collect(range: KeyRange, at: { revision: number; limit: number }, found: KeyValue[]): number {
    if (range.single) {
      const kv = this.get(range.low, at.revision);
      if (kv === undefined) return 0;
      if (at.limit > 0) found.push(kv);
      return 1;
    }
    const changed = [...this.#changes.keys()].filter((key) => rangeContains(range, key));
    if (changed.length === 0) return this.#index.collect(range, at, found);
    const merged = new Map<KeyString, KeyValue>();
    const committed: KeyValue[] = [];
    this.#index.collect(range, { revision: at.revision, limit: Infinity }, committed);
    for (const kv of committed) merged.set(Buffer.from(kv.key).toString('latin1'), kv);
    for (const key of changed) {
      const kv = this.get(key, at.revision);
      if (kv === undefined) merged.delete(key);
      else merged.set(key, kv);
    }
    const keys = [...merged.keys()].sort();
    for (const key of keys.slice(0, at.limit)) found.push(merged.get(key) as KeyValue);
    return keys.length;
  }

  count(range: KeyRange, revision: number): number {
    return this.collect(range, { revision, limit: 0 }, []);
  }

  /** Writes a key. Returns the request's revision. */
  put(key: KeyString, value: Uint8Array, lease: bigint): number {
    const before = this.current(key);
    const revision = this.#baseRevision + 1;
    this.#push({
      revision,
      sub: this.#sub,
      key,
      createRevision: before?.createRevision ?? revision,
      version: (before?.version ?? 0) + 1,
      lease,
      tombstone: false,
      value,
    });
    return revision;
  }

  /** Deletes an existing key. */
  remove(key: KeyString): void {
    this.#push({
      revision: this.#baseRevision + 1,
      sub: this.#sub,
      key,
      createRevision: 0,
      version: 0,
      lease: 0n,
      tombstone: true,
      value: new Uint8Array(0),
    });
  }

  /** Whether the lease exists for the current request. */
  hasLease(id: bigint): boolean {
    return this.grants.has(id) || (this.#leases.has(id) && !this.revokes.has(id));
  }

  grant(id: bigint, ttlSeconds: number): void {
    this.revokes.delete(id);
    this.grants.set(id, { id, ttlSeconds });
  }

  /** Ends a lease; its keys are the caller's to delete. */
  revoke(id: bigint): void {
    if (!this.grants.delete(id) || this.#leases.has(id)) this.revokes.add(id);
  }

  /** The keys attached to a lease for the current request, sorted. */
  attachedKeys(id: bigint): KeyString[] {
    const keys = new Set(this.#leases.keysOf(id));
    for (const [key, changes] of this.#changes) {
      if (changes.at(-1)?.lease === id) keys.add(key);
      else keys.delete(key);
    }
    return [...keys].sort();
  }

  /** The leases there were before the batch. */
  leaseIds(): Iterable<bigint> {
    return this.#leases.ids();
  }

  /** What to hand to the port. */
  toCommit(): CommitBatch {
    return {
      expected: this.#fence.commitIndex,
      revision: this.revision,
      compactRevision: this.compactRevision,
      rows: this.rows,
      grants: [...this.grants.values()],
      revokes: [...this.revokes],
    };
  }

  #push(row: HistoryRow): void {
    const changes = this.#changes.get(row.key);
    // A request may delete a key and put it, but not put it twice: the rpc layer has refused that.
    if (changes === undefined) this.#changes.set(row.key, [row]);
    else changes.push(row);
    this.rows.push(row);
    this.#sub++;
  }
}

function toMetadata({ createRevision, revision, version, lease }: HistoryRow): KeyMetadata {
  return { createRevision, modRevision: revision, version, lease };
}

function keyValue(row: HistoryRow): KeyValue {
  return {
    key: toKeyBytes(row.key),
    createRevision: row.createRevision,
    modRevision: row.revision,
    version: row.version,
    value: row.value,
    lease: row.lease,
  };
}
