import type { GroupResource } from '../api-errors/status-error.ts';

/** How many objects a list looked at, and how many it gave. */
export interface ListCounts {
  fetched: number;
  returned: number;
}

/** What the storage of one resource counts; an exporter implements what it wants. */
export interface ResourceMetrics {
  /** apiserver_watch_cache_events_received_total, apiserver_storage_events_received_total. */
  cacheEventReceived?(): void;
  /** etcd_bookmark_total: the store said that there was nothing new up to a revision. */
  cacheBookmarkReceived?(): void;
  /** apiserver_watch_cache_events_dispatched_total: events and bookmarks that watchers were offered. */
  cacheEventDispatched?(): void;
  /** watch_cache_capacity: changes held for watches to resume from. */
  cacheCapacity?(events: number): void;
  /** apiserver_watch_cache_initializations_total: first loads and re-lists after a compaction. */
  cacheLoaded?(): void;
  /** apiserver_watch_cache_resource_version. */
  cacheRevision?(revision: number): void;
  /** apiserver_watch_cache_read_wait_seconds. */
  readWaited?(durationMs: number): void;
  /** apiserver_init_events_total: objects sent to a watcher before its first change. */
  initialEvents?(count: number): void;
  /** apiserver_terminated_watchers_total: watchers that were too slow. */
  watcherTerminated?(): void;
  /** apiserver_cache_list_total, apiserver_storage_list_total and what belongs to them. */
  listServed?(source: 'cache' | 'etcd', counts: ListCounts): void;
  /** apiserver_watch_cache_consistent_read_total. */
  consistentRead?(result: { success: boolean; fallback: boolean }): void;
  /**
   * apiserver_storage_decode_errors_total: stored objects that could not be decoded; those that could not be
   * decrypted are not counted.
   */
  decodeFailed?(): void;
  /** etcd_request_duration_seconds, etcd_requests_total, etcd_request_errors_total. */
  etcdRequest?(operation: string, durationMs: number, failed: boolean): void;
}

/** What all storages of a server count. */
export interface StorageMetrics {
  /** Of one resource; asked for once a storage. */
  of(resource: GroupResource): ResourceMetrics;
  /** etcd_lease_object_counts: how many objects a lease of several ended up with. */
  leaseFilled?(objects: number): void;
}
