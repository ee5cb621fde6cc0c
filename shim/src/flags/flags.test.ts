import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from './flag-values.ts';
import { type EtcdFlagOptions, parseShimOptions } from './flags.ts';
import { etcdFlags } from './flags-table.ts';

const parseFlags = (flags: Record<string, string>): EtcdFlagOptions => parseShimOptions({ flags });

test("without flags the defaults are etcd's", () => {
  const { shim, logLevel, ignored } = parseFlags({});
  assert.deepEqual(shim.listenClientUrls, ['http://localhost:2379']);
  assert.equal(shim.advertiseClientUrls, undefined);
  assert.equal(shim.maxTxnOps, 128);
  assert.equal(shim.maxRequestBytes, 1.5 * 1024 * 1024);
  assert.equal(shim.watchProgressNotifyIntervalMs, 600_000);
  assert.equal(logLevel, 'info');
  assert.deepEqual(ignored, []);
});

test('flags and variables add up, but not for one flag', () => {
  const env = {
    ETCD_NAME: 'from-env',
    ETCD_MAX_TXN_OPS: '7',
    ETCD_LISTEN_CLIENT_URLS: 'http://a:1,http://b:2',
    PATH: '/',
  };
  const { shim } = parseShimOptions({ flags: { 'max-request-bytes': '5' }, env });
  assert.equal(shim.name, 'from-env');
  assert.equal(shim.maxRequestBytes, 5);
  assert.equal(shim.maxTxnOps, 7);
  assert.deepEqual(shim.listenClientUrls, ['http://a:1', 'http://b:2']);
  assert.throws(
    () => parseShimOptions({ flags: { name: 'from-flag' }, env }),
    /^EtcdFlagError: conflicting environment variable is shadowed .*: ETCD_NAME$/,
  );
});

test('variables that only look like etcd', () => {
  const env = {
    ETCD_NAME: 'a',
    ETCD_NAMES: 'b',
    ETCD_EXPERIMENTAL_WATCH_PROGRESS_NOTIFY_INTERVAL: '5s',
    PATH: '/',
  };
  assert.deepEqual(parseShimOptions({ flags: {}, env }).unknownVariables, ['ETCD_NAMES']);
});

test('what kubeadm starts etcd with', () => {
  const { shim, ignored } = parseFlags({
    'advertise-client-urls': 'https://10.0.0.1:2379',
    'cert-file': '/pki/server.crt',
    'client-cert-auth': 'true',
    'data-dir': '/var/lib/etcd',
    'experimental-initial-corrupt-check': 'true',
    'experimental-watch-progress-notify-interval': '5s',
    'initial-advertise-peer-urls': 'https://10.0.0.1:2380',
    'initial-cluster': 'node=https://10.0.0.1:2380',
    'key-file': '/pki/server.key',
    'listen-client-urls': 'https://127.0.0.1:2379,https://[::1]:2379',
    'listen-metrics-urls': 'http://127.0.0.1:2381',
    'listen-peer-urls': 'https://10.0.0.1:2380',
    name: 'node',
    'peer-client-cert-auth': 'true',
    'peer-key-file': '/pki/peer.key',
    'snapshot-count': '10000',
    'trusted-ca-file': '/pki/ca.crt',
  });
  assert.equal(shim.watchProgressNotifyIntervalMs, 5000);
  assert.deepEqual(shim.listenMetricsUrls, ['http://127.0.0.1:2381']);
  assert.equal(shim.tls?.clientCertAuth, true);
  assert.ok(ignored.includes('snapshot-count') && ignored.includes('peer-key-file'));
  assert.ok(!ignored.includes('name'));
  assert.deepEqual(shim.advertisePeerUrls, ['https://10.0.0.1:2380']);
  assert.deepEqual(parseFlags({}).shim.advertisePeerUrls, ['http://localhost:2380']);
});

test('mistakes name the flag', () => {
  const mistakes: [flags: Record<string, string>, message: RegExp][] = [
    [{ 'max-txn-ops': 'many' }, /--max-txn-ops is "many", but must be a whole number/],
    [{ 'no-such-flag': '1' }, /--no-such-flag there is no such flag/],
    [{ 'listen-client-urls': 'localhost:2379' }, /--listen-client-urls has "localhost:2379"/],
    [{ 'cert-file': 'a.crt' }, /--cert-file must be given together with --key-file/],
    [{ 'log-level': 'loud' }, /--log-level is "loud", but must be one of debug, info/],
    [{ 'auth-token': 'secret' }, /--auth-token is "secret", neither simple nor jwt/],
    [{ 'client-cert-auth': 'perhaps' }, /--client-cert-auth is "perhaps"/],
    [
      { 'watch-progress-notify-interval': '5' },
      /--watch-progress-notify-interval is "5", but must be a duration/,
    ],
  ];
  for (const [flags, message] of mistakes) assert.throws(() => parseFlags(flags), message);
});

test('durations as Go writes them', () => {
  assert.equal(parseDurationMs('f', '1h30m'), 5_400_000);
  assert.equal(parseDurationMs('f', '1.5s'), 1500);
  assert.equal(parseDurationMs('f', '0'), 0);
});

test('every flag once, with its variable', () => {
  const names = etcdFlags.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias]));
  assert.equal(new Set(names).size, names.length);
  assert.equal(etcdFlags.find(({ name }) => name === 'max-txn-ops')?.env, 'ETCD_MAX_TXN_OPS');
});

test('compaction by itself, web pages, host names, TLS versions', () => {
  const parse = (flags: Record<string, string>) => parseFlags(flags).shim;
  assert.equal(parse({}).autoCompaction, undefined);
  assert.deepEqual(parse({ 'auto-compaction-retention': '2' }).autoCompaction, {
    mode: 'periodic',
    periodMs: 7_200_000,
  });
  assert.deepEqual(parse({ 'auto-compaction-retention': '5m' }).autoCompaction, {
    mode: 'periodic',
    periodMs: 300_000,
  });
  assert.deepEqual(
    parse({ 'auto-compaction-mode': 'revision', 'auto-compaction-retention': '1000' }).autoCompaction,
    { mode: 'revision', revisions: 1000 },
  );
  assert.throws(() => parse({ 'auto-compaction-mode': 'never' }), /periodic, revision/);
  const given = parse({ cors: 'http://a, http://b', 'host-whitelist': 'x', 'tls-min-version': 'TLS1.3' });
  assert.deepEqual([given.cors, given.hostWhitelist], [['http://a', 'http://b'], ['x']]);
  assert.deepEqual([given.tls?.minVersion, given.tls?.maxVersion], ['TLSv1.3', undefined]);
  assert.throws(
    () => parse({ 'tls-min-version': 'TLS1.0' }),
    /unexpected TLS version "TLS1.0" \(must be one of/,
  );
  assert.equal(parse({ 'enable-grpc-gateway': 'false' }).enableGrpcGateway, false);
});

/** What `etcd --help` and its sources list for 3.6, by type. */
const flagsOf36: Readonly<Record<string, string>> = {
  '[]string': `cipher-suites client-cert-allowed-hostname log-outputs peer-cert-allowed-cn peer-cert-allowed-hostname`,
  bool: `auto-tls client-cert-auth discovery-insecure-skip-tls-verify discovery-insecure-transport
    enable-distributed-tracing enable-grpc-gateway enable-log-rotation enable-pprof
    experimental-compact-hash-check-enabled experimental-enable-distributed-tracing
    experimental-enable-lease-checkpoint experimental-enable-lease-checkpoint-persist
    experimental-initial-corrupt-check experimental-memory-mlock experimental-peer-skip-client-san-verification
    experimental-stop-grpc-service-on-defrag experimental-txn-mode-write-with-shared-buffer force-new-cluster
    initial-election-tick-advance memory-mlock peer-auto-tls peer-client-cert-auth
    peer-skip-client-san-verification pre-vote socket-reuse-address socket-reuse-port strict-reconfig-check
    unsafe-no-fsync`,
  int: `backend-batch-limit compaction-batch-limit distributed-tracing-sampling-rate
    experimental-compaction-batch-limit experimental-distributed-tracing-sampling-rate max-learners`,
  int64: `quota-backend-bytes`,
  string: `advertise-client-urls auth-token auto-compaction-mode auto-compaction-retention backend-bbolt-freelist-type
    cert-file client-cert-file client-crl-file client-key-file config-file cors data-dir discovery
    discovery-cacert discovery-cert discovery-endpoints discovery-fallback discovery-key discovery-password
    discovery-proxy discovery-srv discovery-srv-name discovery-token discovery-user distributed-tracing-address
    distributed-tracing-instance-id distributed-tracing-service-name experimental-distributed-tracing-address
    experimental-distributed-tracing-instance-id experimental-distributed-tracing-service-name feature-gates
    host-whitelist initial-advertise-peer-urls initial-cluster initial-cluster-state initial-cluster-token
    key-file listen-client-http-urls listen-client-urls listen-metrics-urls listen-peer-urls log-format log-level
    log-rotation-config-json logger metrics name peer-cert-file peer-client-cert-file peer-client-key-file
    peer-crl-file peer-key-file peer-trusted-ca-file tls-max-version tls-min-version trusted-ca-file
    v2-deprecation wal-dir`,
  'time.Duration': `backend-batch-interval compact-hash-check-time compaction-sleep-interval corrupt-check-time
    discovery-dial-timeout discovery-keepalive-time discovery-keepalive-timeout discovery-request-timeout
    downgrade-check-time experimental-compact-hash-check-time experimental-compaction-sleep-interval
    experimental-corrupt-check-time experimental-downgrade-check-time experimental-warning-apply-duration
    experimental-warning-unary-request-duration experimental-watch-progress-notify-interval
    grpc-keepalive-interval grpc-keepalive-min-time grpc-keepalive-timeout raft-read-timeout raft-write-timeout
    warning-apply-duration warning-unary-request-duration watch-progress-notify-interval`,
  uint: `auth-token-ttl bcrypt-cost bootstrap-defrag-threshold-megabytes election-timeout
    experimental-bootstrap-defrag-threshold-megabytes heartbeat-interval max-request-bytes max-snapshots
    max-txn-ops max-wals self-signed-cert-validity`,
  uint32: `max-concurrent-streams`,
  uint64: `experimental-snapshot-catchup-entries snapshot-catchup-entries snapshot-count`,
};

/** A value that each type takes, and one that it does not. */
const values: Readonly<Record<string, readonly [good: string, bad: string | undefined]>> = {
  string: ['', undefined],
  '[]string': ['', undefined],
  bool: ['false', 'perhaps'],
  uint: ['700', '-1'],
  uint32: ['700', '4294967296'],
  uint64: ['700', 'x'],
  int: ['-3', '1.5'],
  int64: ['-3', '1.5'],
  'time.Duration': ['5s', '5'],
};

const particular: Readonly<Record<string, string>> = {
  'bcrypt-cost': '12',
  'heartbeat-interval': '150',
  'initial-cluster-state': 'existing',
  logger: 'zap',
};

test('every flag of etcd 3.6, and its variable, is served or noted; wrong values are refused', () => {
  for (const [type, text] of Object.entries(flagsOf36)) {
    for (const name of text.split(/\s+/).filter((word) => word !== '')) {
      const flag = etcdFlags.find((one) => one.name === name || one.alias === name);
      assert.ok(flag !== undefined, name);
      assert.equal(flag.type, type, name);
      const [good, bad] = values[type] ?? assert.fail(type);
      const given = particular[name] ?? (good === '' ? flag.defaultValue : good);
      for (const sources of [
        { flags: { [name]: given } },
        { flags: {}, env: { [`ETCD_${name.replaceAll('-', '_').toUpperCase()}`]: given } },
      ]) {
        const { ignored } = parseShimOptions(sources);
        if (given !== '') assert.equal(ignored.includes(name), flag.isIgnored, name);
      }
      if (bad !== undefined)
        assert.throws(() => parseFlags({ [name]: bad }), new RegExp(`--${name} is "${bad}"`));
    }
  }
});

test('what etcd refuses is refused in its words', () => {
  const refusals: [flags: Record<string, string>, message: string][] = [
    [{ 'heartbeat-interval': '0' }, '--heartbeat-interval must be >0 (set to 0ms)'],
    [
      { 'election-timeout': '100' },
      '--election-timeout[100ms] should be at least as 5 times as --heartbeat-interval[100ms]',
    ],
    [
      { 'election-timeout': '60000' },
      '--election-timeout[60000ms] is too long, and should be set less than 50000ms',
    ],
    [{ logger: 'capnslog' }, 'unknown logger option "capnslog"'],
    [{ 'compact-hash-check-time': '0s' }, '--compact-hash-check-time must be >0 (set to 0s)'],
    [{ 'discovery-token': 'x' }, 'both --discovery-token and --discovery-endpoints must be set'],
    [
      { discovery: 'http://x', 'initial-cluster': 'x=http://x:1' },
      'multiple discovery or bootstrap flags are set. Choose one of "initial-cluster", "discovery", "discovery-endpoints" or "discovery-srv"',
    ],
    [
      { 'discovery-fallback': 'proxy' },
      `v2 proxy is deprecated, and --discovery-fallback can't be configured as "proxy"`,
    ],
    [
      { 'corrupt-check-time': '1s', 'experimental-corrupt-check-time': '1s' },
      'cannot set --experimental-corrupt-check-time and --corrupt-check-time at the same time, please use --corrupt-check-time only',
    ],
    [
      { 'tls-min-version': 'TLS1.3', 'tls-max-version': 'TLS1.2' },
      'min version (TLS1.3) is greater than max version (TLS1.2)',
    ],
    [
      { 'tls-min-version': 'TLS1.3', 'cipher-suites': 'TLS_RSA_WITH_AES_128_GCM_SHA256' },
      'cipher suites cannot be configured when only TLS1.3 is enabled',
    ],
    [{ 'cipher-suites': 'TLS_NONE' }, 'unexpected TLS cipher suite "TLS_NONE"'],
    [
      { 'feature-gates': 'LeaseCheckpointPersist=true' },
      'enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint',
    ],
    [{ 'feature-gates': 'Foo=true' }, '--feature-gates : unrecognized feature gate: Foo'],
    [{ 'feature-gates': 'AllAlpha' }, '--feature-gates : missing bool value for AllAlpha'],
    [
      { 'feature-gates': 'CompactHashCheck=true', 'experimental-compact-hash-check-enabled': 'true' },
      'cannot specify both flags: --experimental-compact-hash-check-enabled=true and --feature-gates=CompactHashCheck=true at the same time, please just use --feature-gates=CompactHashCheck=true',
    ],
    [
      { 'enable-distributed-tracing': 'true', 'distributed-tracing-sampling-rate': '-1' },
      'distributed tracing configurition is not valid: (tracing sampling rate must be positive)',
    ],
  ];
  for (const [flags, message] of refusals) assert.throws(() => parseFlags(flags), { message });
  parseFlags({ 'feature-gates': 'LeaseCheckpoint=true,LeaseCheckpointPersist=1' });
});

test('quotas, pings and certificates of clients', () => {
  const { shim } = parseFlags({
    'quota-backend-bytes': '-1',
    'grpc-keepalive-min-time': '1m',
    'client-crl-file': 'c.crl',
    'client-cert-allowed-hostname': 'a.example,b.example',
    'cipher-suites': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'socket-reuse-port': 'true',
  });
  assert.equal(parseFlags({ 'auto-tls': 'true', 'self-signed-cert-validity': '3' }).autoTlsYears, 3);
  const own = { 'auto-tls': 'true', 'cert-file': 'a.crt', 'key-file': 'a.key' };
  assert.equal(parseFlags(own).autoTlsYears, undefined);
  assert.equal(shim.quotaBackendBytes, -1);
  assert.equal(shim.grpcKeepaliveMinTimeMs, 60_000);
  assert.equal(shim.tls?.crlFile, 'c.crl');
  assert.deepEqual(shim.tls?.allowedHostnames, ['a.example', 'b.example']);
  assert.deepEqual(shim.tls?.cipherSuites, ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']);
  assert.equal(shim.reusePort, true);
  assert.equal(parseFlags({}).shim.grpcKeepaliveMinTimeMs, 5000);
});
