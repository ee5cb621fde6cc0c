import type { GroupResource } from '../api-errors/status-error.ts';
import type { ListCounts, ResourceMetrics, StorageMetrics } from '../storage/storage-metrics.ts';
import type { MetricRegistry } from './exposition/metric-registry.ts';
import type { Counter, Histogram } from './exposition/series.ts';

const resourceLabels = ['group', 'resource'];

/** What a series of requests to etcd is made of. */
interface EtcdOperation {
  requests: Counter;
  durations: Histogram;
}

/** What lists count, from one source. */
interface ListSeries {
  lists: Counter;
  fetched: Counter;
  /** Only of lists from etcd. */
  evaluated?: Counter;
  returned: Counter;
}

/** Resource versions are shown without what goes beyond 15 digits, as kube-apiserver does. */
const shownRevisions = 1e15;

/**
 * What the storage counts, by kube-apiserver's names (Kubernetes: `storage/etcd3/metrics`,
 * `storage/cacher/metrics`).
 */
export function storageMetrics(registry: MetricRegistry): StorageMetrics {
  const families = { ...cacheFamilies(registry), ...etcdFamilies(registry), ...listFamilies(registry) };
  const leases = registry
    .histogram({
      name: 'etcd_lease_object_counts',
      help: '[ALPHA] Number of objects attached to a single etcd lease.',
      buckets: [10, 50, 100, 500, 1000, 2500, 5000],
    })
    .with();
  return {
    of: (resource) => metricsOf(families, resource),
    leaseFilled: (objects) => leases.observe(objects),
  };
}

type Families = ReturnType<typeof cacheFamilies> &
  ReturnType<typeof etcdFamilies> &
  ReturnType<typeof listFamilies>;

function cacheFamilies(registry: MetricRegistry) {
  const counter = (name: string, help: string) => registry.counter({ name, help, labels: resourceLabels });
  return {
    received: counter(
      'apiserver_watch_cache_events_received_total',
      '[ALPHA] Counter of events received in watch cache broken by resource type.',
    ),
    dispatched: counter(
      'apiserver_watch_cache_events_dispatched_total',
      '[ALPHA] Counter of events dispatched in watch cache broken by resource type.',
    ),
    initializations: counter(
      'apiserver_watch_cache_initializations_total',
      '[ALPHA] Counter of watch cache initializations broken by resource type.',
    ),
    initialEvents: counter(
      'apiserver_init_events_total',
      '[ALPHA] Counter of init events processed in watch cache broken by resource type.',
    ),
    terminated: counter(
      'apiserver_terminated_watchers_total',
      '[ALPHA] Counter of watchers closed due to unresponsiveness broken by resource type.',
    ),
    capacity: registry.gauge({
      name: 'watch_cache_capacity',
      help: '[ALPHA] Total capacity of watch cache broken by resource type.',
      labels: resourceLabels,
    }),
    revision: registry.gauge({
      name: 'apiserver_watch_cache_resource_version',
      help: '[ALPHA] Current resource version of watch cache broken by resource type. This is truncated to the 15 least significant digits.',
      labels: resourceLabels,
    }),
    readWait: registry.histogram({
      name: 'apiserver_watch_cache_read_wait_seconds',
      help: '[ALPHA] Histogram of time spent waiting for a watch cache to become fresh.',
      labels: resourceLabels,
      buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3],
    }),
    consistentReads: registry.counter({
      name: 'apiserver_watch_cache_consistent_read_total',
      help: '[ALPHA] Counter for consistent reads from cache.',
      labels: [...resourceLabels, 'success', 'fallback'],
    }),
  };
}

function etcdFamilies(registry: MetricRegistry) {
  const labels = ['operation', ...resourceLabels];
  return {
    etcdRequests: registry.counter({
      name: 'etcd_requests_total',
      help: '[ALPHA] Etcd request counts for each operation and object type.',
      labels,
    }),
    etcdErrors: registry.counter({
      name: 'etcd_request_errors_total',
      help: '[ALPHA] Etcd failed request counts for each operation and object type.',
      labels,
    }),
    etcdDurations: registry.histogram({
      name: 'etcd_request_duration_seconds',
      help: '[ALPHA] Etcd request latency in seconds for each operation and object type.',
      labels,
      buckets: [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
      ],
    }),
    etcdEvents: registry.counter({
      name: 'apiserver_storage_events_received_total',
      help: '[BETA] Number of etcd events received split by kind.',
      labels: resourceLabels,
    }),
    etcdBookmarks: registry.counter({
      name: 'etcd_bookmark_total',
      help: '[ALPHA] Number of etcd bookmarks (progress notify events) split by kind.',
      labels: resourceLabels,
    }),
    decodeErrors: registry.counter({
      name: 'apiserver_storage_decode_errors_total',
      help: '[ALPHA] Number of stored object decode errors split by object type',
      labels: resourceLabels,
    }),
  };
}

function listFamilies(registry: MetricRegistry) {
  const stored = (name: string, help: string) =>
    registry.counter({ name: `apiserver_storage_list_${name}`, help, labels: resourceLabels });
  const cached = (name: string, help: string, labels: string[]) =>
    registry.counter({ name: `apiserver_cache_list_${name}`, help, labels });
  const indexed = [...resourceLabels, 'index'];
  return {
    storedLists: stored('total', '[ALPHA] Number of LIST requests served from storage'),
    storedFetched: stored(
      'fetched_objects_total',
      '[ALPHA] Number of objects read from storage in the course of serving a LIST request',
    ),
    storedEvaluated: stored(
      'evaluated_objects_total',
      '[ALPHA] Number of objects tested in the course of serving a LIST request from storage',
    ),
    storedReturned: stored(
      'returned_objects_total',
      '[ALPHA] Number of objects returned for a LIST request from storage',
    ),
    cachedLists: cached('total', '[ALPHA] Number of LIST requests served from watch cache', indexed),
    cachedFetched: cached(
      'fetched_objects_total',
      '[ALPHA] Number of objects read from watch cache in the course of serving a LIST request',
      indexed,
    ),
    cachedReturned: cached(
      'returned_objects_total',
      '[ALPHA] Number of objects returned for a LIST request from watch cache',
      resourceLabels,
    ),
  };
}

/** What is asked of a storage when metrics are read. */
export interface CountedStorage {
  resource: GroupResource;
  stats(): Promise<{ objects: number; bytes: number }>;
}

/** How many objects there are of each resource, and how large they are, looked up when somebody asks. */
export function countStoredObjects(
  registry: MetricRegistry,
  storages: () => readonly CountedStorage[],
): void {
  const count =
    'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.';
  const byName = registry.gauge({
    name: 'apiserver_storage_objects',
    help: `[STABLE] (Deprecated since 1.34.0) [DEPRECATED, consider using apiserver_resource_objects instead] ${count}`,
    labels: ['resource'],
  });
  const objects = registry.gauge({
    name: 'apiserver_resource_objects',
    help: `[ALPHA] ${count}`,
    labels: resourceLabels,
  });
  const sizes = registry.gauge({
    name: 'apiserver_resource_size_estimate_bytes',
    help: '[ALPHA] Estimated size of stored objects in database. Estimate is based on sum of last observed sizes of serialized objects. In case of a fetching error, the value will be -1.',
    labels: resourceLabels,
  });
  registry.onCollect(async () => {
    const counted = await Promise.all(
      storages().map(async ({ resource, stats }) => ({
        resource,
        stats: await stats().catch(() => ({ objects: -1, bytes: -1 })),
      })),
    );
    // What is served no more is not shown any more.
    for (const family of [byName, objects, sizes]) family.clear();
    for (const {
      resource: { group, resource },
      stats,
    } of counted) {
      byName.with(group === '' ? resource : `${resource}.${group}`).set(stats.objects);
      objects.with(group, resource).set(stats.objects);
      sizes.with(group, resource).set(stats.bytes);
    }
  });
}

/** The sizes of the databases behind the server; `sizes` gives those that answer, main etcd first. */
export function showDatabaseSizes(registry: MetricRegistry, sizes: () => Promise<readonly number[]>): void {
  const family = registry.gauge({
    name: 'apiserver_storage_size_bytes',
    help: '[STABLE] Size of the storage database file physically allocated in bytes.',
    labels: ['storage_cluster_id'],
  });
  registry.onCollect(async () => {
    for (const [index, bytes] of (await sizes()).entries()) family.with(`etcd-${index}`).set(bytes);
  });
}

/** The series of one resource, each looked up when it first counts something, and held. */
function metricsOf(families: Families, { group, resource }: GroupResource): ResourceMetrics {
  const held = <T>(look: () => T): (() => T) => {
    let series: T | undefined;
    return () => (series ??= look());
  };
  const own = <T>(family: { with(...values: string[]): T }) => held(() => family.with(group, resource));
  const received = own(families.received);
  const etcdEvents = own(families.etcdEvents);
  const dispatched = own(families.dispatched);
  const bookmarks = own(families.etcdBookmarks);
  const capacity = own(families.capacity);
  const revisions = own(families.revision);
  const readWait = own(families.readWait);
  const initialEvents = own(families.initialEvents);
  const lists: Record<'cache' | 'etcd', () => ListSeries> = {
    cache: held(() => ({
      lists: families.cachedLists.with(group, resource, ''),
      fetched: families.cachedFetched.with(group, resource, ''),
      returned: families.cachedReturned.with(group, resource),
    })),
    etcd: held(() => ({
      lists: families.storedLists.with(group, resource),
      fetched: families.storedFetched.with(group, resource),
      evaluated: families.storedEvaluated.with(group, resource),
      returned: families.storedReturned.with(group, resource),
    })),
  };
  const operations = new Map<string, EtcdOperation>();
  return {
    cacheEventReceived() {
      received().inc();
      etcdEvents().inc();
    },
    cacheBookmarkReceived: () => bookmarks().inc(),
    cacheEventDispatched: () => dispatched().inc(),
    cacheCapacity: (events) => capacity().set(events),
    cacheLoaded: () => families.initializations.with(group, resource).inc(),
    cacheRevision: (revision) => revisions().set(revision % shownRevisions),
    readWaited: (durationMs) => readWait().observe(durationMs / 1000),
    initialEvents: (count) => initialEvents().inc(count),
    watcherTerminated: () => families.terminated.with(group, resource).inc(),
    listServed: (source, counts) => countList(lists[source](), counts),
    consistentRead: ({ success, fallback }) =>
      families.consistentReads.with(group, resource, String(success), String(fallback)).inc(),
    decodeFailed: () => families.decodeErrors.with(group, resource).inc(),
    etcdRequest(operation, durationMs, failed) {
      let series = operations.get(operation);
      if (series === undefined) {
        series = {
          requests: families.etcdRequests.with(operation, group, resource),
          durations: families.etcdDurations.with(operation, group, resource),
        };
        operations.set(operation, series);
      }
      series.requests.inc();
      series.durations.observe(durationMs / 1000);
      if (failed) families.etcdErrors.with(operation, group, resource).inc();
    },
  };
}

function countList(series: ListSeries, { fetched, returned }: ListCounts): void {
  series.lists.inc();
  series.fetched.inc(fetched);
  series.evaluated?.inc(fetched);
  series.returned.inc(returned);
}
