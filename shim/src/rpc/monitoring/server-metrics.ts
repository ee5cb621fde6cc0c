import { Counter, Gauge, Registry } from 'prom-client';
import type { Store, StoreStats } from '../../mvcc/store.ts';
import { type CallCounts, codeName } from './call-counts.ts';
import type { Authorizer } from '../authorization/authorizer.ts';
import { findLeader } from '../maintenance/leader-method.ts';
import { handlingHistogram } from './handling-histogram.ts';
import { processRegistry } from './process-metrics.ts';
import type { WatchService } from '../watch/watch-service.ts';

/** What /metrics is made of; several servers in one process have their own each. */
export interface ServerMetrics {
  read(): Promise<{ contentType: string; text: string }>;
  countHealth(healthy: boolean): void;
  /** Of a check of /livez or /readyz. */
  countCheck(check: { type: string; name: string; passed: boolean }): void;
}

export interface ServerMetricsOptions {
  store: Store;
  authorizer: Authorizer;
  watch: WatchService;
  counts: CallCounts;
  version: string;
  quotaBytes: number;
  /** etcd's --metrics extensive: how long calls take, by method. */
  isExtensive: boolean;
}

type Source = StoreStats & {
  currentRevision: number;
  authRevision: number;
  compactRevision: number;
  watchStreams: number;
  receivedBytes: number;
  sentBytes: number;
  dbSizeBytes: number;
  dbSizeInUseBytes: number;
  commitIndex: number;
  hasDatabase: number;
  isLeader: number;
  leaderChanges: number;
  leasesGranted: number;
  leasesRevoked: number;
  leasesRenewed: number;
  healthy: number;
  unhealthy: number;
};

type Row = readonly [name: string, help: string, value: (source: Source) => number];

/** etcd's names where they have a meaning here, ours (`pg8s_shim_…`) where etcd has nothing alike. */
const gauges: readonly Row[] = [
  [
    'etcd_server_has_leader',
    'Whether the database answers: without it there are no linearizable requests.',
    (s) => s.hasDatabase,
  ],
  ['etcd_server_is_leader', 'Whether this is the member that all name as the leader.', (s) => s.isLeader],
  ['etcd_server_is_learner', 'Always 0: there are no learners here.', () => 0],
  ['etcd_debugging_mvcc_keys_total', 'Keys that exist now.', (s) => s.keys],
  ['etcd_debugging_mvcc_current_revision', 'The newest revision applied here.', (s) => s.currentRevision],
  ['etcd_debugging_auth_revision', 'The auth revision applied here.', (s) => s.authRevision],
  ['etcd_debugging_mvcc_compact_revision', 'The revision compacted last.', (s) => s.compactRevision],
  ['etcd_debugging_mvcc_watch_stream_total', 'Open watch streams.', (s) => s.watchStreams],
  ['etcd_debugging_mvcc_watcher_total', 'Open watches.', (s) => s.watchers],
  [
    'etcd_debugging_mvcc_slow_watcher_total',
    'Watches that are behind the newest revision.',
    (s) => s.slowWatchers,
  ],
  ['etcd_mvcc_db_total_size_in_bytes', 'Bytes that the database takes on disk.', (s) => s.dbSizeBytes],
  ['etcd_mvcc_db_total_size_in_use_in_bytes', 'Of these, bytes in use.', (s) => s.dbSizeInUseBytes],
  [
    'etcd_server_proposals_committed_total',
    'Batches committed by all shims of the database.',
    (s) => s.commitIndex,
  ],
  ['etcd_server_proposals_applied_total', 'Batches applied here.', (s) => s.commitIndex],
  ['etcd_server_proposals_pending', 'Requests that wait for the next batch.', (s) => s.commitQueue],
  ['pg8s_shim_indexed_revisions', 'Revisions that the index in memory knows.', (s) => s.indexedRevisions],
  ['pg8s_shim_cached_value_bytes', 'Bytes of values kept in memory.', (s) => s.cachedValueBytes],
  ['pg8s_shim_leases', 'Leases that exist now.', (s) => s.leases],
];

const counters: readonly Row[] = [
  ['etcd_mvcc_put_total', 'Puts.', (s) => s.puts],
  ['etcd_mvcc_delete_total', 'Deletes.', (s) => s.deletes],
  ['etcd_mvcc_txn_total', 'Transactions.', (s) => s.txns],
  ['etcd_mvcc_range_total', 'Ranges.', (s) => s.ranges],
  ['etcd_debugging_mvcc_put_total', 'Puts.', (s) => s.puts],
  ['etcd_debugging_mvcc_delete_total', 'Deletes.', (s) => s.deletes],
  ['etcd_debugging_mvcc_txn_total', 'Transactions.', (s) => s.txns],
  ['etcd_debugging_mvcc_range_total', 'Ranges.', (s) => s.ranges],
  ['etcd_debugging_mvcc_events_total', 'Events handed to watches.', (s) => s.eventsDelivered],
  ['etcd_network_client_grpc_received_bytes_total', 'Bytes of requests.', (s) => s.receivedBytes],
  ['etcd_network_client_grpc_sent_bytes_total', 'Bytes of responses.', (s) => s.sentBytes],
  [
    'etcd_server_leader_changes_seen_total',
    'How often another member was the leader than at the look before.',
    (s) => s.leaderChanges,
  ],
  ['etcd_debugging_lease_granted_total', 'Leases granted here.', (s) => s.leasesGranted],
  ['etcd_debugging_lease_revoked_total', 'Leases revoked here by clients.', (s) => s.leasesRevoked],
  ['etcd_debugging_lease_renewed_total', 'Renewals answered here.', (s) => s.leasesRenewed],
  ['etcd_server_health_success', 'Health checks passed.', (s) => s.healthy],
  ['etcd_server_health_failures', 'Health checks failed.', (s) => s.unhealthy],
  ['pg8s_shim_compactions_total', 'Compactions.', (s) => s.compactions],
  ['pg8s_shim_commit_batches_total', 'Batches committed by this shim.', (s) => s.commitBatches],
  ['pg8s_shim_commit_requests_total', 'Requests in these batches.', (s) => s.commitRequests],
  ['pg8s_shim_commit_conflicts_total', 'Batches another shim was faster than.', (s) => s.commitConflicts],
  ['pg8s_shim_commits_unknown_total', 'Batches whose outcome had to be found out.', (s) => s.commitsUnknown],
];

/**
 * Makes the metrics of one server. Values are taken when they are read; nothing is counted twice meanwhile.
 */
export function createServerMetrics(options: ServerMetricsOptions): ServerMetrics {
  const { store, authorizer, watch, counts, version, quotaBytes } = options;
  const registry = new Registry();
  const health = { healthy: 0, unhealthy: 0 };
  let source: Source | undefined;

  const read = (value: (source: Source) => number): number => (source === undefined ? 0 : value(source));
  for (const [name, help, value] of gauges) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read(value));
        },
      }),
    );
  }
  for (const [name, help, value] of counters) {
    registry.registerMetric(
      new Counter({
        name,
        help,
        registers: [],
        collect() {
          this.reset();
          this.inc(read(value));
        },
      }),
    );
  }
  const constant = (name: string, help: string, labels: Record<string, string>, value = 1): void => {
    const gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [] });
    gauge.set(labels, value);
    registry.registerMetric(gauge);
  };
  constant('etcd_server_version', 'The version of etcd that this server reports.', {
    server_version: version,
  });
  constant('etcd_cluster_version', 'The version of the API.', {
    cluster_version: version.replace(/^(\d+)\.(\d+).*$/, '$1.$2'),
  });
  constant('etcd_server_id', 'This member.', { server_id: store.memberId.toString(16) });
  constant('etcd_server_quota_backend_bytes', 'The quota on the size of the database.', {}, quotaBytes);
  const leaseCounts = {
    grant: counts.method('/etcdserverpb.Lease/LeaseGrant', 'unary'),
    revoke: counts.method('/etcdserverpb.Lease/LeaseRevoke', 'unary'),
    renew: counts.method('/etcdserverpb.Lease/LeaseKeepAlive', 'bidi_stream'),
  };
  let lastLeader: bigint | undefined;
  let leaderChanges = 0;
  const checkState = new Gauge({
    name: 'etcd_server_healthcheck',
    help: 'The last result of each check of /livez and /readyz.',
    labelNames: ['type', 'name'],
    registers: [],
  });
  const checkCount = new Counter({
    name: 'etcd_server_healthchecks_total',
    help: 'Checks of /livez and /readyz by their results.',
    labelNames: ['type', 'name', 'status'],
    registers: [],
  });
  registry.registerMetric(checkState);
  registry.registerMetric(checkCount);
  registerCalls(registry, counts);
  if (options.isExtensive) registry.registerMetric(handlingHistogram(counts));

  return {
    async read() {
      const [status, leader, fromProcess] = await Promise.all([
        // A database that doesn't answer is no reason to say nothing.
        store.status().then(
          (answer) => ({ ...answer, hasDatabase: 1 }),
          () => ({ dbSizeBytes: 0, dbSizeInUseBytes: 0, commitIndex: 0, hasDatabase: 0 }),
        ),
        findLeader(store).catch(() => undefined),
        processRegistry().metrics(),
      ]);
      const { grant, revoke, renew } = leaseCounts;
      if (leader !== undefined && leader !== lastLeader) {
        leaderChanges++;
        lastLeader = leader;
      }
      source = {
        ...store.stats(),
        ...status,
        ...health,
        currentRevision: store.currentRevision,
        authRevision: authorizer.auth.state.revision,
        compactRevision: store.compactRevision,
        watchStreams: watch.streamCount,
        receivedBytes: counts.receivedBytes,
        sentBytes: counts.sentBytes,
        isLeader: Number(leader === store.memberId),
        leaderChanges,
        leasesGranted: grant.handled[0] ?? 0,
        leasesRevoked: revoke.handled[0] ?? 0,
        leasesRenewed: renew.sent,
      };
      return { contentType: registry.contentType, text: (await registry.metrics()) + fromProcess };
    },
    countHealth(healthy) {
      if (healthy) health.healthy++;
      else health.unhealthy++;
    },
    countCheck({ type, name, passed }) {
      checkState.set({ type, name }, Number(passed));
      checkCount.inc({ type, name, status: passed ? 'success' : 'error' });
    },
  };
}

/** The calls, named as go-grpc-prometheus does. */
function registerCalls(registry: Registry, counts: CallCounts): void {
  const perMethod = (
    name: string,
    help: string,
    value: (counts: CallCounts['methods'][number]) => number,
  ): void => {
    registry.registerMetric(
      new Counter({
        name,
        help,
        labelNames: ['grpc_type', 'grpc_service', 'grpc_method'],
        registers: [],
        collect() {
          this.reset();
          for (const method of counts.methods) {
            const { type, service, method: name } = method;
            this.inc({ grpc_type: type, grpc_service: service, grpc_method: name }, value(method));
          }
        },
      }),
    );
  };
  perMethod('grpc_server_started_total', 'Calls begun.', ({ started }) => started);
  perMethod('grpc_server_msg_received_total', 'Messages received.', ({ received }) => received);
  perMethod('grpc_server_msg_sent_total', 'Messages sent.', ({ sent }) => sent);
  registry.registerMetric(
    new Counter({
      name: 'grpc_server_handled_total',
      help: 'Calls finished, by their outcome.',
      labelNames: ['grpc_type', 'grpc_service', 'grpc_method', 'grpc_code'],
      registers: [],
      collect() {
        this.reset();
        for (const { type, service, method, handled } of counts.methods) {
          for (const [code, count] of handled.entries()) {
            const grpc_code = codeName(code);
            this.inc({ grpc_type: type, grpc_service: service, grpc_method: method, grpc_code }, count);
          }
        }
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'etcd_server_client_requests_total',
      help: 'Requests by the version that the client says it has.',
      labelNames: ['type', 'client_api_version'],
      registers: [],
      collect() {
        this.reset();
        for (const [key, count] of counts.clientRequests) {
          const [type = '', version = ''] = key.split(' ');
          this.inc({ type, client_api_version: version }, count);
        }
      },
    }),
  );
}
