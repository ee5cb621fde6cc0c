/** Sizes that bound memory. Tests make them small, to see what happens beyond. */
export interface StoreLimits {
  /** Changes kept in memory for watchers that are a little behind, in number and bytes. */
  readonly recentChanges: number;
  readonly recentBytes: number;
  /**
   * Changes that a watcher is handed at a time while it catches up, in number and bytes. etcd knows but a
   * number (etcd: `watcher_group.go`, watchBatchMaxRevs); the bytes are what keeps a page of large values
   * from filling the memory.
   */
  readonly watchPageRows: number;
  readonly watchPageBytes: number;
  /** Rows read at a time of what other shims have committed. */
  readonly missedPageRows: number;
}

export const defaultLimits: StoreLimits = {
  recentChanges: 10_000,
  recentBytes: 32 * 1024 * 1024,
  watchPageRows: 1000,
  watchPageBytes: 32 * 1024 * 1024,
  missedPageRows: 2000,
};
