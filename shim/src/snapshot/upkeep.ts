import type { Alarms } from '../alarm/alarms.ts';
import type { DowngradePort } from '../alarm/downgrade-port.ts';
import type { SnapshotPiece } from './snapshot-stream.ts';

/** A hash of keys and values as they were at a revision. */
export interface KvHash {
  readonly hash: number;
  /** The compaction that the hash takes into account; -1 when there was none. */
  readonly compactRevision: number;
  readonly hashRevision: number;
  /** The store's newest revision. */
  readonly revision: number;
}

/** What etcd's Maintenance service does with the store as a whole. Methods reject with a `StoreError`. */
export interface Upkeep {
  readonly alarms: Alarms;
  readonly downgrade: DowngradePort;
  /** A bbolt file and its SHA-256, in pieces; see `streamSnapshot`. */
  snapshot(storageVersion: string): AsyncGenerator<SnapshotPiece, void, undefined>;
  /** Of everything that a snapshot would hold, but what differs without a change of the data. */
  hash(storageVersion: string): Promise<{ hash: number; revision: number }>;
  /** Revision 0: now. Rejects with `compacted`, `futureRevision`. */
  hashKv(revision: number): Promise<KvHash>;
  /** Gives back what compactions have left unused, while everything goes on. */
  defragment(): Promise<void>;
}
