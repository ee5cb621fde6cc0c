import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDurationMs } from './flag-values.ts';
import { etcdFlags, parseShimOptions } from './flags.ts';

test("without flags the defaults are etcd's", () => {
  const { shim, logLevel, ignored } = parseShimOptions({});
  assert.deepEqual(shim.listenClientUrls, ['http://localhost:2379']);
  assert.equal(shim.advertiseClientUrls, undefined);
  assert.equal(shim.maxTxnOps, 128);
  assert.equal(shim.maxRequestBytes, 1.5 * 1024 * 1024);
  assert.equal(shim.watchProgressNotifyIntervalMs, 600_000);
  assert.equal(logLevel, 'info');
  assert.deepEqual(ignored, []);
});

test('a flag goes before its variable', () => {
  const env = {
    ETCD_NAME: 'from-env',
    ETCD_MAX_TXN_OPS: '7',
    ETCD_LISTEN_CLIENT_URLS: 'http://a:1,http://b:2',
    PATH: '/',
  };
  const { shim } = parseShimOptions({ name: 'from-flag' }, env);
  assert.equal(shim.name, 'from-flag');
  assert.equal(shim.maxTxnOps, 7);
  assert.deepEqual(shim.listenClientUrls, ['http://a:1', 'http://b:2']);
});

test('what kubeadm starts etcd with', () => {
  const { shim, ignored } = parseShimOptions({
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
  for (const [flags, message] of mistakes) assert.throws(() => parseShimOptions(flags), message);
});

test('durations as Go writes them', () => {
  assert.equal(parseDurationMs('f', '1h30m'), 5_400_000);
  assert.equal(parseDurationMs('f', '1.5s'), 1500);
  assert.equal(parseDurationMs('f', '0'), 0);
});

test('every flag once, with its variable', () => {
  assert.equal(new Set(etcdFlags.map(({ name }) => name)).size, etcdFlags.length);
  assert.equal(etcdFlags.find(({ name }) => name === 'max-txn-ops')?.env, 'ETCD_MAX_TXN_OPS');
});

test('compaction by itself, web pages, host names, TLS versions', () => {
  const parse = (flags: Record<string, string>) => parseShimOptions(flags).shim;
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
  assert.throws(() => parse({ 'tls-min-version': 'TLS1.0' }), /TLS1.2, TLS1.3/);
  assert.equal(parse({ 'enable-grpc-gateway': 'false' }).enableGrpcGateway, false);
});
