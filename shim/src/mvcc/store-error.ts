/**
 * Everything the store refuses with. The rpc layer maps each code to etcd's gRPC status and text in one
 * table.
 */
export type StoreErrorCode =
  /**
   * The revision asked for (to read or to compact) is below, or for compactions not above, the compacted one.
   */
  | 'compacted'
  /** The revision asked for lies in the future. */
  | 'futureRevision'
  /** A put with `ignoreValue` or `ignoreLease` on a key that does not exist. */
  | 'keyNotFound'
  | 'leaseNotFound'
  | 'leaseExists'
  | 'leaseTtlTooLarge'
  /** The database is over its quota: only reads and deletes are served. */
  | 'noSpace'
  /** The commit queue is full. Nothing of the request was applied (etcd: ErrTooManyRequests). */
  | 'tooManyRequests'
  /** No answer in time (etcd: ErrTimeout). Whether a write was applied is unknown to its caller. */
  | 'timeout'
  /** The database cannot be reached now, and nothing of the request was applied (etcd: ErrNoLeader). */
  | 'unavailable'
  /** The store is closed or closing (etcd: ErrStopped). */
  | 'stopped'
  /** What the database holds contradicts what was acknowledged (etcd: ErrCorrupt). */
  | 'corrupt'
  /**
   * The caller may not do that: thrown by what the request brought along (`AccessCheck`), which has its own
   * errors.
   */
  | 'denied';

/** The one error class of mvcc and lease. Anything else thrown from there is a bug. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string = code, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
