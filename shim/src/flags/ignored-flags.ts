import type { FlagType } from './flag-type.ts';

/** A flag of etcd that has no meaning here. */
export interface IgnoredFlag {
  readonly name: string;
  /** Values of another type are refused all the same. */
  readonly type: FlagType;
  /** What it is about, to complete "Accepted and ignored: …". */
  readonly about: string;
}

const rows = (about: string, names: Partial<Record<FlagType, string>>): IgnoredFlag[] =>
  Object.entries(names).flatMap(([type, text]) =>
    text
      .split(/\s+/)
      .filter((name) => name !== '')
      .map((name) => ({ name, type: type as FlagType, about })),
  );

/** Flags of etcd 3.4 to 3.6 that are about Raft, peers, bbolt or the Go runtime. */
export const ignoredFlags: readonly IgnoredFlag[] = [
  ...rows('there is no Raft log', {
    string: 'wal-dir',
    uint: 'max-wals max-snapshots',
    uint64: 'snapshot-count snapshot-catchup-entries experimental-snapshot-catchup-entries',
  }),
  ...rows('there are no elections', {
    uint: 'heartbeat-interval election-timeout',
    bool: 'initial-election-tick-advance pre-vote',
  }),
  ...rows('members find each other in the database', {
    string: `listen-peer-urls initial-cluster initial-cluster-state initial-cluster-token
      discovery discovery-endpoints discovery-token discovery-cert discovery-key discovery-cacert discovery-user
      discovery-password discovery-srv discovery-srv-name discovery-fallback discovery-proxy`,
    'time.Duration': `discovery-dial-timeout discovery-request-timeout discovery-keepalive-time
      discovery-keepalive-timeout raft-read-timeout raft-write-timeout`,
    int: 'max-learners experimental-max-learners',
    bool: `strict-reconfig-check force-new-cluster discovery-insecure-transport discovery-insecure-skip-tls-verify`,
  }),
  ...rows('members do not talk to each other', {
    string: `peer-cert-file peer-key-file peer-client-cert-file peer-client-key-file peer-trusted-ca-file peer-crl-file
      client-cert-file client-key-file`,
    '[]string': 'peer-cert-allowed-cn peer-cert-allowed-hostname',
    bool: `peer-client-cert-auth peer-auto-tls peer-skip-client-san-verification
      experimental-peer-skip-client-san-verification`,
  }),
  ...rows('PostgreSQL stores the data', {
    string: 'backend-bbolt-freelist-type experimental-backend-bbolt-freelist-type',
    int: 'backend-batch-limit compaction-batch-limit experimental-compaction-batch-limit',
    uint: 'bootstrap-defrag-threshold-megabytes experimental-bootstrap-defrag-threshold-megabytes',
    'time.Duration': `backend-batch-interval compaction-sleep-interval experimental-compaction-sleep-interval
      corrupt-check-time experimental-corrupt-check-time compact-hash-check-time experimental-compact-hash-check-time
      downgrade-check-time experimental-downgrade-check-time warning-apply-duration experimental-warning-apply-duration`,
    bool: `unsafe-no-fsync memory-mlock experimental-memory-mlock experimental-initial-corrupt-check
      experimental-compact-hash-check-enabled experimental-txn-mode-write-with-shared-buffer
      experimental-stop-grpc-service-on-defrag`,
  }),
  ...rows('leases keep their expiry in the database', {
    bool: 'experimental-enable-lease-checkpoint experimental-enable-lease-checkpoint-persist',
  }),
  ...rows('these features are those of etcd itself', { string: 'feature-gates' }),
  ...rows('logs and traces are those of this program', {
    string: `logger log-package-levels log-rotation-config-json distributed-tracing-address
      distributed-tracing-service-name distributed-tracing-instance-id experimental-distributed-tracing-address
      experimental-distributed-tracing-service-name experimental-distributed-tracing-instance-id`,
    int: 'distributed-tracing-sampling-rate experimental-distributed-tracing-sampling-rate',
    bool: `enable-log-rotation enable-pprof debug enable-distributed-tracing
      experimental-enable-distributed-tracing`,
  }),
  ...rows('there is no v2 API', {
    string: 'v2-deprecation proxy experimental-enable-v2v3',
    uint: 'proxy-failure-wait proxy-refresh-interval proxy-dial-timeout proxy-write-timeout proxy-read-timeout',
    bool: 'enable-v2',
  }),
  ...rows('etcd itself has ignored it for long', {
    string: `cluster-active-size cluster-remove-delay cluster-sync-interval config force max-result-buffer
      max-retry-attempts peer-heartbeat-interval peer-election-timeout retry-interval snapshot`,
  }),
];
