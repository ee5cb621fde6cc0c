import type { KeyString } from './index/key-range.ts';

/** One change of one key, as it is kept in the database. A revision puts a key at most once. */
export interface HistoryRow {
  readonly revision: number;
  /** Position within the revision, from 0. */
  readonly sub: number;
  readonly key: KeyString;
  /** 0 in tombstones, like `version` and `lease`. */
  readonly createRevision: number;
  readonly version: number;
  readonly lease: bigint;
  readonly tombstone: boolean;
  /** Empty in tombstones. Once committed it is replaced by the same bytes in memory that may be kept. */
  value: Uint8Array;
}

/**
 * Names what a revision did to a key: its put, if values are asked for; all of it, if it is to be deleted.
 */
export interface RowRef {
  readonly revision: number;
  readonly key: KeyString;
}
