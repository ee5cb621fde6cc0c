/** What the storage counts; an exporter implements what it wants. `resource` is like `deployments.apps`. */
export interface StorageMetrics {
  /** apiserver_watch_cache_events_received_total */
  cacheEventReceived?(resource: string): void;
  /** apiserver_watch_cache_capacity: changes held for watches to resume from. */
  cacheHistory?(resource: string, events: number): void;
  /** apiserver_watch_cache_initializations_total: first loads and re-lists after a compaction. */
  cacheLoaded?(resource: string, objects: number, durationMs: number): void;
  /** apiserver_terminated_watchers_total: watchers that were too slow. */
  watcherTerminated?(resource: string): void;
  /** apiserver_longrunning_requests and such: watchers that are open now. */
  watchers?(resource: string, count: number): void;
  /** apiserver_cache_list_total / apiserver_storage_list_total. */
  listServed?(resource: string, source: 'cache' | 'etcd', returned: number): void;
  /** apiserver_watch_cache_consistent_read_total. */
  consistentRead?(resource: string, fallback: boolean): void;
  /**
   * apiserver_storage_decode_errors_total: stored objects that could not be decoded; those that could not be
   * decrypted are not counted.
   */
  decodeFailed?(resource: string): void;
  /** etcd_request_duration_seconds. */
  etcdRequest?(operation: string, resource: string, durationMs: number, failed: boolean): void;
}
