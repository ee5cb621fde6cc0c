import type { AuthState } from '../auth/auth-state.ts';
import type { HistoryRow, RowRef } from './history-row.ts';
import type { KeyRange } from './index/key-range.ts';

/**
 * The single row that every commit moves: the fence between the shims of one database. Who commits names the
 * `commitIndex` it has seen; if the row has moved on, nothing is written.
 */
export interface Fence {
  /** Counts committed batches of all shims, those included that only touch leases. Starts at 1. */
  readonly commitIndex: number;
  readonly revision: number;
  readonly compactRevision: number;
  /** Compactions up to here have also deleted their rows. */
  readonly sweptRevision: number;
}

/** A lease that came or went, as other shims learn of it. */
export interface LeaseChange {
  readonly id: bigint;
  readonly ttlSeconds: number;
  readonly revoked: boolean;
}

/** Everything that one batch writes, atomically and only if the fence still stands at `expected`. */
export interface CommitBatch {
  /** Fence before; the batch moves it to `expected + 1`. */
  readonly expected: number;
  /** Newest revision after the batch. */
  readonly revision: number;
  /** Compacted revision after the batch. */
  readonly compactRevision: number;
  readonly rows: readonly HistoryRow[];
  readonly grants: readonly { id: bigint; ttlSeconds: number }[];
  readonly revokes: readonly bigint[];
}

/**
 * committed: durable. conflict: somebody else moved the fence, nothing was written. unknown: the connection
 * broke in the middle; `resolve` finds out.
 */
export type CommitOutcome = 'committed' | 'conflict' | 'unknown';

/** What happened after a point in history. Everything is from one snapshot of the database. */
export interface MissedChanges {
  readonly fence: Fence;
  /** The newest commit of this shim that the database knows. */
  readonly ownCommit: number;
  /** Leases changed since; absent when too much was forgotten and the caller has to load everything again. */
  readonly leases: readonly LeaseChange[];
  /** Auth, if it has changed since; it may be of a later moment than the rest, never of an earlier one. */
  readonly auth?: AuthState | undefined;
  /** Whole revisions, ascending. */
  readonly rows: readonly HistoryRow[];
  /** More rows up to `fence.revision` are left. */
  readonly more: boolean;
  /** The past asked for is compacted or purged: nothing else is filled, load everything. */
  readonly tooOld: boolean;
}

/** The fence held still: nobody else commits until `commit` or `release`. */
export interface HeldFence {
  readonly fence: Fence;
  /** Those of the leases asked about whose time is over; they cannot be renewed while the fence is held. */
  readonly expired: readonly bigint[];
  commit(batch: CommitBatch): Promise<CommitOutcome>;
  release(): Promise<void>;
}

/** What the store loads at start, from one snapshot. */
export interface LoadSink {
  /** First of all. */
  begin(fence: Fence): void;
  /** Every history row, ascending by revision and sub. Values are not loaded: `value` is `unloaded`. */
  row(row: HistoryRow): void;
  lease(lease: LeaseChange): void;
  auth(state: AuthState): void;
}

/** A page of history for one watcher. */
export interface HistoryPage {
  /** Of the snapshot that the page was read from: rows below may be missing from it. */
  readonly compactRevision: number;
  readonly rows: readonly HistoryRow[];
  /** Every revision up to here was looked at: the next page begins after it. */
  readonly through: number;
}

/**
 * What the store needs of its database; `postgres/` implements it, and so does a double in memory for tests.
 *
 * Methods reject with a `StoreError`: `unavailable` when the database did not do it and may do it later,
 * `corrupt`, `stopped`. Only `commit` may leave its outcome open, and it says so.
 */
export interface HistoryPort {
  /** Reads the fence as it is at some moment after the call. */
  readFence(): Promise<Fence>;
  commit(batch: CommitBatch): Promise<CommitOutcome>;
  /**
   * After `unknown`: whether the batch that expected this fence was committed. After 'lost' it can never
   * commit any more.
   */
  resolve(expected: number): Promise<'committed' | 'lost'>;
  /** Waits for its turn, and then holds the fence; for those who lost races, and for the end of leases. */
  hold(expiring: readonly bigint[]): Promise<HeldFence>;
  /** Changes after the given fence, at most about `maxRows` rows. */
  readMissed(since: { commitIndex: number; revision: number }, maxRows: number): Promise<MissedChanges>;
  load(sink: LoadSink): Promise<void>;
  /** The puts that still exist, in any order. Without `values` these are `unloaded`. */
  readRows(refs: readonly RowRef[], values: boolean): Promise<HistoryRow[]>;
  /**
   * Whole revisions from `from` to `to` whose keys lie in `range`; at least one if any, else within the
   * bounds.
   */
  readHistory(query: HistoryQuery): Promise<HistoryPage>;
  /** Deletes compacted rows. Rows already gone do not matter. */
  deleteRows(refs: readonly RowRef[]): Promise<void>;
  /** All rows of compactions up to `to` are deleted, if those up to `from` were. */
  markSwept(from: number, to: number): Promise<void>;
  /** Pages through the row names up to a revision, in order, to find rows a dead shim left undeleted. */
  listRows(
    after: { revision: number; sub: number },
    upTo: number,
    limit: number,
  ): Promise<(RowRef & { sub: number })[]>;
  /** Tells the other shims, in the background, that the fence has moved. Never fails; may be lost. */
  hint(): void;
  /** Calls back when another shim hinted, or might have. */
  onHint(listener: () => void): void;
}

export interface HistoryQuery {
  readonly range: KeyRange;
  readonly from: number;
  readonly to: number;
  readonly maxRows: number;
  readonly maxBytes: number;
}
