import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { CachedStorage } from '../storage/cached-storage.ts';
import type { StorageMetrics } from '../storage/storage-metrics.ts';

/**
 * What the storage counts, by kube-apiserver's names (Kubernetes: `storage/etcd3/metrics`,
 * `storage/cacher/metrics`).
 */
export function prometheusStorageMetrics(registry: Registry): StorageMetrics {
  const registers = [registry];
  const resource = ['resource'];
  const received = new Counter({
    name: 'apiserver_watch_cache_events_received_total',
    help: 'Changes that watch caches got from etcd.',
    labelNames: resource,
    registers,
  });
  const capacity = new Gauge({
    name: 'apiserver_watch_cache_capacity',
    help: 'Changes that a watch cache holds for watches to resume from.',
    labelNames: resource,
    registers,
  });
  const initializations = new Counter({
    name: 'apiserver_watch_cache_initializations_total',
    help: 'Full loads of watch caches.',
    labelNames: resource,
    registers,
  });
  const objects = new Gauge({
    name: 'apiserver_watch_cache_objects_at_load',
    help: 'Objects at the last full load of a watch cache.',
    labelNames: resource,
    registers,
  });
  const terminated = new Counter({
    name: 'apiserver_terminated_watchers_total',
    help: 'Watches that ended because their reader was too slow.',
    labelNames: resource,
    registers,
  });
  const watchers = new Gauge({
    name: 'apiserver_registered_watchers',
    help: 'Watches that stand right now.',
    labelNames: resource,
    registers,
  });
  const lists = {
    cache: new Counter({
      name: 'apiserver_cache_list_total',
      help: 'Lists served from watch caches.',
      labelNames: resource,
      registers,
    }),
    etcd: new Counter({
      name: 'apiserver_storage_list_total',
      help: 'Lists served from etcd.',
      labelNames: resource,
      registers,
    }),
  };
  const consistentReads = new Counter({
    name: 'apiserver_watch_cache_consistent_read_total',
    help: 'Consistent reads from watch caches, and those that had to fall back to etcd.',
    labelNames: ['resource', 'fallback'],
    registers,
  });
  const etcdRequests = new Histogram({
    name: 'etcd_request_duration_seconds',
    help: 'Time that requests to etcd take.',
    labelNames: ['operation', 'type'],
    buckets: [0.001, 0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 30, 60],
    registers,
  });
  const etcdErrors = new Counter({
    name: 'etcd_request_errors_total',
    help: 'Requests to etcd that failed.',
    labelNames: ['operation', 'type'],
    registers,
  });
  const decodeErrors = new Counter({
    name: 'apiserver_storage_decode_errors_total',
    help: 'Stored objects that could not be decoded.',
    labelNames: ['group', 'resource'],
    registers,
  });
  return {
    decodeFailed(groupResource) {
      const [name = '', ...group] = groupResource.split('.');
      decodeErrors.inc({ group: group.join('.'), resource: name });
    },
    cacheEventReceived: (resource) => received.inc({ resource }),
    cacheHistory: (resource, events) => capacity.set({ resource }, events),
    cacheLoaded(resource, count) {
      initializations.inc({ resource });
      objects.set({ resource }, count);
    },
    watcherTerminated: (resource) => terminated.inc({ resource }),
    watchers: (resource, count) => watchers.set({ resource }, count),
    listServed: (resource, source) => lists[source].inc({ resource }),
    consistentRead: (resource, fallback) => consistentReads.inc({ resource, fallback: String(fallback) }),
    etcdRequest(operation, type, durationMs, failed) {
      etcdRequests.observe({ operation, type }, durationMs / 1000);
      if (failed) etcdErrors.inc({ operation, type });
    },
  };
}

/** How many objects there are of each resource whose cache is loaded, looked up when somebody asks. */
export function countStoredObjects(
  registry: Registry,
  storages: () => ReadonlyMap<string, Pick<CachedStorage, 'count' | 'cache'>>,
): void {
  const objects: Gauge = new Gauge({
    name: 'apiserver_storage_objects',
    help: 'Stored objects, by the prefix of their keys.',
    labelNames: ['resource'],
    registers: [registry],
    collect() {
      objects.reset();
      for (const [resource, storage] of storages()) {
        if (storage.cache.isReady) objects.set({ resource }, storage.count());
      }
    },
  });
}
