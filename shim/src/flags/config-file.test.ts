import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfigFile } from './config-file.ts';
import { parseShimOptions } from './flags.ts';

test("a file such as etcd's sample becomes flags", () => {
  const text = `
# This is the configuration file for the etcd server.
name: 'one'
data-dir: /var/lib/etcd
wal-dir:
snapshot-count: 10000
listen-client-urls: http://127.0.0.1:2379,http://127.0.0.1:4001
quota-backend-bytes: -1
max-txn-ops: 1000
grpc-keepalive-min-time: 3000000000
cipher-suites: [
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
]
strict-reconfig-check: false
enable-pprof: true
socket-options:
  reuse-port: true
client-transport-security:
  cert-file: /pki/server.crt
  key-file: /pki/server.key
  client-cert-auth: true
  trusted-ca-file: /pki/ca.crt
  allowed-hostname: [a.example, b.example]
  auto-tls: false
peer-transport-security:
  cert-file: /pki/peer.crt
  allowed-cn: []
log-outputs: [stderr]
auto-compaction-mode: revision
auto-compaction-retention: "1000"
Metrics: extensive
cert-file: is only known within client-transport-security
nobody-knows-this: { a: 1 }
`;
  assert.deepEqual(readConfigFile(text), {
    name: 'one',
    'data-dir': '/var/lib/etcd',
    'snapshot-count': '10000',
    'listen-client-urls': 'http://127.0.0.1:2379,http://127.0.0.1:4001',
    'quota-backend-bytes': '-1',
    'max-txn-ops': '1000',
    'grpc-keepalive-min-time': '3000000000ns',
    'cipher-suites': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'strict-reconfig-check': 'false',
    'enable-pprof': 'true',
    'socket-reuse-port': 'true',
    'cert-file': '/pki/server.crt',
    'key-file': '/pki/server.key',
    'client-cert-auth': 'true',
    'trusted-ca-file': '/pki/ca.crt',
    'client-cert-allowed-hostname': 'a.example,b.example',
    'auto-tls': 'false',
    'peer-cert-file': '/pki/peer.crt',
    'peer-cert-allowed-cn': '',
    'log-outputs': 'stderr',
    'auto-compaction-mode': 'revision',
    'auto-compaction-retention': '1000',
    metrics: 'extensive',
  });
  const { shim, ignored, configFile, dataDir } = parseShimOptions({
    flags: { 'config-file': 'etcd.yml', name: 'ignored' },
    env: { ETCD_NAME: 'ignored', ETCD_MAX_TXN_OPS: 'ignored' },
    readFile: () => text,
  });
  assert.equal(configFile, 'etcd.yml');
  assert.equal(dataDir, '/var/lib/etcd');
  assert.deepEqual([shim.name, shim.maxTxnOps, shim.maxRequestBytes], ['one', 1000, 1_572_864]);
  assert.equal(shim.grpcKeepaliveMinTimeMs, 3000);
  assert.deepEqual(
    [shim.tls?.certFile, shim.tls?.clientCertAuth, shim.tls?.cipherSuites?.length],
    ['/pki/server.crt', true, 2],
  );
  assert.deepEqual(shim.autoCompaction, { mode: 'revision', revisions: 1000 });
  assert.ok(ignored.includes('snapshot-count') && ignored.includes('peer-cert-file'));
});

test('the variable names the file, too', () => {
  const { shim } = parseShimOptions({
    flags: {},
    env: { ETCD_CONFIG_FILE: 'etcd.yml' },
    readFile: (name) => `name: ${name}`,
  });
  assert.equal(shim.name, 'etcd.yml');
});

test('an empty file leaves all defaults', () => {
  assert.deepEqual(readConfigFile(''), {});
});

test("mistakes are told in etcd's words", () => {
  const decoding = 'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal';
  const mistakes: [text: string, message: string | RegExp][] = [
    [
      'max-txn-ops: many',
      `${decoding} string into Go struct field configYAML.Config.max-txn-ops of type uint`,
    ],
    [
      'max-txn-ops: -1',
      `${decoding} number -1 into Go struct field configYAML.Config.max-txn-ops of type uint`,
    ],
    [
      'max-txn-ops: 1.5',
      `${decoding} number 1.5 into Go struct field configYAML.Config.max-txn-ops of type uint`,
    ],
    [
      'grpc-keepalive-min-time: 5s',
      `${decoding} string into Go struct field configYAML.Config.grpc-keepalive-min-time of type time.Duration`,
    ],
    ['name: [x]', `${decoding} array into Go struct field configYAML.Config.name of type string`],
    ['log-level: 5', `${decoding} number into Go struct field configYAML.Config.log-level of type string`],
    [
      'enable-pprof: 1',
      `${decoding} number into Go struct field configYAML.Config.enable-pprof of type bool`,
    ],
    [
      'log-outputs: x',
      `${decoding} string into Go struct field configYAML.Config.log-outputs of type []string`,
    ],
    [
      'client-transport-security: 5',
      `${decoding} number into Go struct field configYAML.configJSON.client-transport-security of type embed.securityConfig`,
    ],
    [
      'client-transport-security: {client-cert-auth: maybe}',
      `${decoding} string into Go struct field securityConfig.configJSON.client-transport-security.client-cert-auth of type bool`,
    ],
    ['[]', `${decoding} array into Go value of type embed.configYAML`],
    ['foo', `${decoding} string into Go value of type embed.configYAML`],
    ['name: [1', /^error converting YAML to JSON: yaml: /],
  ];
  for (const [text, message] of mistakes) assert.throws(() => readConfigFile(text), { message });
  assert.throws(() => parseShimOptions({ flags: { 'config-file': '/none/etcd.yml' } }), {
    message: 'open /none/etcd.yml: no such file or directory',
  });
});
