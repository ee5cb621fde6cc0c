import type { AlarmMember } from '../etcdserverpb/admin-types.ts';
import type { Member } from '../etcdserverpb/types.ts';
import type { Fence } from './history-port.ts';
import type { HistoryRow } from './history-row.ts';

/** What must be known of a history row to tell how much room it will take, without its key and its value. */
export interface RowSize {
  readonly revision: number;
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly tombstone: boolean;
  readonly keyBytes: number;
  readonly valueBytes: number;
}

/** Users and roles as they are stored: by name, messages of etcd's authpb. */
export interface StoredAuth {
  readonly enabled: boolean;
  readonly revision: number;
  readonly users: readonly { name: Uint8Array; record: Uint8Array }[];
  readonly roles: readonly { name: Uint8Array; record: Uint8Array }[];
}

/**
 * The whole database as it was at one moment, for as long as it is open; it keeps a connection of the
 * database and holds back its clean-up, so that it is closed soon. Reading it does not keep anybody from
 * writing. Methods reject with a `StoreError`.
 */
export interface Moment {
  readonly fence: Fence;
  /** Shims that have joined so far. */
  readonly term: number;
  /** Leases that are not revoked. */
  readonly leases: readonly { id: bigint; ttlSeconds: number }[];
  readonly alarms: readonly AlarmMember[];
  readonly auth: StoredAuth;
  /** Shims seen lately. */
  readonly members: readonly Member[];
  /** What `rows` would give, in the same order, without what is large. */
  rowSizes(): AsyncIterable<readonly RowSize[]>;
  /**
   * Every history row up to that revision, those included that are compacted but not deleted yet; ascending.
   */
  rows(upTo: number): AsyncIterable<readonly HistoryRow[]>;
  close(): Promise<void>;
}

/** Reads the database as a whole, for snapshots and hashes. */
export interface MomentPort {
  /** Rejects with `tooManyRequests` when too many are open. */
  openMoment(): Promise<Moment>;
}
