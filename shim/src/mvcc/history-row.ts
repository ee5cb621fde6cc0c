import type { KeyString } from './index/key-range.ts';

/** One change of one key, as it is kept in the database. A key changes at most once in a revision. */
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
  /** Empty in tombstones. */
  readonly value: Uint8Array;
}

/** Names one history row: no key changes twice in a revision. */
export interface RowRef {
  readonly revision: number;
  readonly key: KeyString;
}
