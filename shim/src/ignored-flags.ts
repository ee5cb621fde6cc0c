/** A flag of etcd that has no meaning here. */
export interface IgnoredFlag {
  readonly name: string;
  readonly isBoolean: boolean;
  /** What it is about, to complete "Accepted and ignored: …". */
  readonly about: string;
}

const row = (about: string, names: string, booleans = ''): IgnoredFlag[] => [
  ...words(names).map((name) => ({ name, isBoolean: false, about })),
  ...words(booleans).map((name) => ({ name, isBoolean: true, about })),
];

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Flags of etcd 3.4 to 3.6 that are about Raft, peers, bbolt or the Go runtime, or are not served yet. */
export const ignoredFlags: readonly IgnoredFlag[] = [
  ...row('there is no Raft log', 'wal-dir snapshot-count max-wals max-snapshots snapshot-catchup-entries'),
  ...row(
    'there are no elections',
    'heartbeat-interval election-timeout',
    'initial-election-tick-advance pre-vote',
  ),
  ...row(
    'members find each other in the database',
    `listen-peer-urls initial-advertise-peer-urls initial-cluster initial-cluster-state initial-cluster-token
     discovery discovery-endpoints discovery-token discovery-dial-timeout discovery-request-timeout
     discovery-keepalive-time discovery-keepalive-timeout discovery-cert discovery-key discovery-cacert discovery-user
     discovery-password discovery-srv discovery-srv-name discovery-fallback discovery-proxy max-learners
     experimental-max-learners raft-read-timeout raft-write-timeout`,
    'strict-reconfig-check force-new-cluster discovery-insecure-transport discovery-insecure-skip-tls-verify',
  ),
  ...row(
    'members do not talk to each other',
    `peer-cert-file peer-key-file peer-client-cert-file peer-client-key-file peer-trusted-ca-file peer-crl-file
     peer-cert-allowed-cn peer-cert-allowed-hostname`,
    'peer-client-cert-auth peer-auto-tls peer-skip-client-san-verification experimental-peer-skip-client-san-verification',
  ),
  ...row(
    'PostgreSQL stores the data',
    `backend-bbolt-freelist-type backend-batch-interval backend-batch-limit compaction-batch-limit
     compaction-sleep-interval experimental-compaction-batch-limit bootstrap-defrag-threshold-megabytes
     corrupt-check-time compact-hash-check-time experimental-corrupt-check-time downgrade-check-time
     warning-apply-duration experimental-warning-apply-duration`,
    'unsafe-no-fsync memory-mlock experimental-initial-corrupt-check experimental-memory-mlock',
  ),
  ...row(
    'it is not served yet',
    `client-crl-file client-cert-file client-key-file
     client-cert-allowed-hostname cipher-suites self-signed-cert-validity
     grpc-keepalive-min-time config-file feature-gates`,
    'auto-tls socket-reuse-port socket-reuse-address',
  ),
  ...row(
    'logs and traces are those of this program',
    `logger log-rotation-config-json distributed-tracing-address distributed-tracing-service-name
     distributed-tracing-instance-id distributed-tracing-sampling-rate`,
    'enable-log-rotation enable-pprof enable-distributed-tracing debug',
  ),
  ...row('there is no v2 API', 'v2-deprecation proxy', 'enable-v2'),
];
