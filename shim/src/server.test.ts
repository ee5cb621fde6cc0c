import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { pino } from 'pino';
import { createGrpcClient } from './client/grpc-client.ts';
import { createTestAuthority } from './gateway/testing/certificates.ts';
import { StoreError } from './mvcc/store-error.ts';
import { startMemoryShim } from './rpc/testing/start-memory-shim.ts';
import { startShim } from './server.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.toReversed()) await close();
});

async function start(options: Parameters<typeof startMemoryShim>[0] = {}) {
  const shim = await startMemoryShim(options);
  closers.push(() => shim.close());
  return { ...shim, url: shim.clientUrls[0] as string };
}

function grpc(...args: Parameters<typeof createGrpcClient>): ReturnType<typeof createGrpcClient> {
  const client = createGrpcClient(...args);
  closers.push(() => client.close());
  return client;
}

test('gRPC and HTTP on one port in plain text', async () => {
  const { url, store } = await start();
  const client = grpc({ endpoints: [url] });
  await client.put({ key: bytes('a'), value: bytes('b') });
  assert.equal((await client.range({ key: bytes('a') })).count, 1);

  const version = await fetch(`${url}/version`);
  assert.deepEqual(await version.json(), { etcdserver: '3.6.14', etcdcluster: '3.6.0', storage: '3.6.0' });
  const health = await fetch(`${url}/health`);
  assert.deepEqual([health.status, await health.json()], [200, { health: 'true', reason: '' }]);
  assert.equal(await (await fetch(`${url}/readyz`)).text(), 'ok\n');
  assert.match(
    await (await fetch(`${url}/readyz?verbose&exclude=non_learner`)).text(),
    /^\[\+\]data_corruption ok\n/,
  );
  assert.equal(await (await fetch(`${url}/livez/serializable_read`)).text(), 'ok\n');
  assert.equal((await fetch(`${url}/none`)).status, 404);
  assert.equal((await fetch(`${url}/health`, { method: 'POST' })).status, 405);

  store.failure = new StoreError('unavailable');
  const sick = await fetch(`${url}/health`);
  assert.deepEqual(
    [sick.status, await sick.json()],
    [503, { health: 'false', reason: 'RANGE ERROR:etcdserver: no leader' }],
  );
  const unready = await fetch(`${url}/readyz`);
  assert.equal(unready.status, 503);
  assert.match(await unready.text(), /\[-\]linearizable_read failed: etcdserver: no leader/);
});

test('/debug/vars: as expvar writes them, and no password', async () => {
  const { url } = await start();
  process.argv.push('--postgres-url=postgres://me:secret@host/db');
  const response = await fetch(`${url}/debug/vars`);
  process.argv.pop();
  assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8');
  const text = await response.text();
  assert.ok(text.startsWith('{\n"cmdline": [') && text.endsWith('\n}\n'));
  const vars = JSON.parse(text) as {
    cmdline: string[];
    memstats: { HeapAlloc: number };
    'raft.status': { raftState: string };
  };
  assert.deepEqual(Object.keys(vars), ['cmdline', 'file_descriptor_limit', 'memstats', 'raft.status']);
  assert.equal(vars.cmdline.at(-1), '--postgres-url=postgres://***@host/db');
  assert.ok(vars.memstats.HeapAlloc > 0);
  assert.equal(vars['raft.status'].raftState, 'StateLeader');
});

test('only what is asked for in the right way is answered', async () => {
  const { url } = await start();
  const statuses = await Promise.all(
    [
      ['HEAD', '/health'],
      ['HEAD', '/metrics'],
      ['POST', '/metrics'],
      ['PUT', '/livez'],
      ['GET', '/%zz'],
    ].map(async ([method = '', path = '']) => (await fetch(url + path, { method })).status),
  );
  assert.deepEqual(statuses, [405, 200, 200, 405, 400]);
});

test('metrics: of this server alone', async () => {
  const { url } = await start({ metrics: 'extensive' });
  const client = grpc({ endpoints: [url] });
  await client.put({ key: bytes('a') });
  await assert.rejects(client.put({ key: bytes('') }));
  const { id } = await client.leaseGrant({ ttlSeconds: 60 });
  await client.leaseKeepAlive({ id });
  await client.leaseRevoke({ id });
  await fetch(`${url}/livez`);
  const text = await (await fetch(`${url}/metrics`)).text();
  const put = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"';
  for (const line of [
    `grpc_server_started_total{${put}} 2`,
    `grpc_server_handled_total{${put},grpc_code="OK"} 1`,
    `grpc_server_handled_total{${put},grpc_code="InvalidArgument"} 1`,
    `grpc_server_handling_seconds_count{${put}} 2`,
    'etcd_server_has_leader 1',
    'etcd_server_is_leader 1',
    'etcd_server_leader_changes_seen_total 1',
    'etcd_debugging_lease_granted_total 1',
    'etcd_debugging_lease_revoked_total 1',
    'etcd_debugging_lease_renewed_total 1',
    'etcd_server_healthcheck{type="livez",name="serializable_read"} 1',
    'etcd_server_healthchecks_total{type="livez",name="serializable_read",status="success"} 1',
    'etcd_debugging_mvcc_current_revision 2',
    'etcd_server_version{server_version="3.6.14"} 1',
    'etcd_server_client_requests_total{type="unary",client_api_version="unknown"} 4',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
  assert.match(text, /\nprocess_resident_memory_bytes \d+/);
});

test('bytes that are neither HTTP/2 nor HTTP/1, and a preface in pieces', async () => {
  const { url } = await start();
  const port = Number(new URL(url).port);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('\0\x01\x02garbage\r\n\r\n'));
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
  });
  assert.match(answer, /^HTTP\/1\.1 400/);
  const badTarget = await new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET // HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text));
  });
  assert.match(badTarget, /^HTTP\/1\.1 400/);
  const settings = await new Promise<Buffer>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('PRI * H');
      setImmediate(() => socket.write('TTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'));
    });
    socket.once('data', (chunk) => (resolve(chunk), socket.destroy()));
  });
  // A SETTINGS frame: type 4 on stream 0.
  assert.equal(settings[3], 4);
});

test('TLS with client certificates: gRPC and HTTP, and nobody else', async () => {
  const authority = await createTestAuthority();
  const [server, own, stranger] = await Promise.all([
    authority.issue('server'),
    authority.issue('client'),
    createTestAuthority().then((other) => other.issue('client')),
  ]);
  const { url, metricsUrls } = await start({
    listenClientUrls: ['https://127.0.0.1:0'],
    listenMetricsUrls: ['http://127.0.0.1:0'],
    tls: { cert: server.cert, key: server.key, trustedCa: authority.ca, clientCertAuth: true },
  });
  const client = grpc({ endpoints: [url], tls: { ca: authority.ca, ...own } });
  await client.put({ key: bytes('a') });
  const unknown = grpc({ endpoints: [url], tls: { ca: authority.ca, ...stranger } });
  await assert.rejects(unknown.put({ key: bytes('a') }), { code: 14 });
  const nobody = grpc({ endpoints: [url], tls: { ca: authority.ca } });
  await assert.rejects(nobody.put({ key: bytes('a') }), { code: 14 });
  const plain = grpc({ endpoints: [url.replace('https', 'http')] });
  await assert.rejects(plain.put({ key: bytes('a') }), { code: 14 });

  const tls = { ca: authority.ca, agent: false } as const;
  for (const ALPNProtocols of [['h2', 'http/1.1'], ['http/1.1'], undefined]) {
    const alpn = ALPNProtocols === undefined ? {} : { ALPNProtocols };
    assert.match(await get(`${url}/health`, { ...tls, ...own, ...alpn }), /"health":"true"/);
  }
  await assert.rejects(get(`${url}/health`, tls));
  assert.match(await get(`${metricsUrls[0]}/metrics`, {}), /etcd_server_has_leader 1/);
});

test('a renewed certificate serves without a restart, a broken one does not replace it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pg8s-certificates-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  const [certFile, keyFile] = [join(directory, 'server.crt'), join(directory, 'server.key')];
  const authority = await createTestAuthority();
  const write = async (name: string): Promise<void> => {
    const { cert, key } = await authority.issue(name);
    writeFileSync(keyFile, key);
    writeFileSync(certFile, cert);
  };
  await write('first');
  const warnings: string[] = [];
  const { url } = await start({
    listenClientUrls: ['https://127.0.0.1:0'],
    tls: { certFile, keyFile, renewIntervalMs: 10 },
    log: pino({ level: 'warn' }, { write: (line) => warnings.push(line) }),
  });
  const servedName = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connectTls(
        { host: '127.0.0.1', port: Number(new URL(url).port), ca: authority.ca },
        () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  assert.equal(await servedName(), 'first');
  await write('second');
  while ((await servedName()) !== 'second') await new Promise((resolve) => setTimeout(resolve, 10));
  writeFileSync(certFile, 'broken');
  while (!warnings.some((line) => line.includes('a listener goes on after an error'))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(await servedName(), 'second');
});

test('what cannot be started says why, and leaves nothing behind', async () => {
  const { url } = await start();
  const twice = startMemoryShim({ listenClientUrls: ['http://127.0.0.1:0', url] });
  await assert.rejects(twice, {
    name: 'ListenError',
    message: `cannot listen on ${url}: the address is already in use`,
  });
  await assert.rejects(
    startMemoryShim({ listenClientUrls: ['https://127.0.0.1:0'] }),
    /--cert-file, --key-file/,
  );
  await assert.rejects(startMemoryShim({ listenClientUrls: ['127.0.0.1:0'] }), /is not of the form/);
  const missing = { certFile: '/none/a.crt', keyFile: '/none/a.key' };
  await assert.rejects(
    startMemoryShim({ listenClientUrls: ['https://127.0.0.1:0'], tls: missing }),
    /cannot read the certificate file \/none\/a\.crt: ENOENT/,
  );
  const failure = new StoreError('unavailable', 'the database cannot be reached');
  await assert.rejects(
    startShim({ postgresUrl: '', listenClientUrls: ['http://127.0.0.1:0'] }, () => Promise.reject(failure)),
    failure,
  );
});

test('the request log: one line per request at level debug, without values', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const { url } = await start({ log });
  const client = grpc({ endpoints: [url] });
  const key = bytes('/registry/pods/default/a');
  await client.txn({
    compare: [{ target: 'MOD', key, modRevision: 0 }],
    success: [{ requestPut: { key, value: bytes('the secret') } }],
  });
  await client.range({
    key: bytes('/registry/pods/default/'),
    rangeEnd: bytes('/registry/pods/default0'),
    limit: 500,
  });
  await client.status();
  await assert.rejects(client.put({ key: bytes('') }));
  const stats = lines.filter(({ msg }) => msg === 'request stats');
  assert.deepEqual(
    stats.map((line) => [line['response type'], line['request count'], line['response count']]),
    [
      ['/etcdserverpb.KV/Txn', 1, 0],
      ['/etcdserverpb.KV/Range', 0, 1],
      ['/etcdserverpb.Maintenance/Status', -1, -1],
      ['/etcdserverpb.KV/Put', 1, 0],
    ],
  );
  const [txn, range] = stats;
  assert.equal(
    txn?.['request content'],
    'compare:<target:MOD key:"/registry/pods/default/a" mod_revision:0 > ' +
      'success:<request_put:<key:"/registry/pods/default/a" value_size:10 >> failure:<>',
  );
  assert.equal(
    range?.['request content'],
    'key:"/registry/pods/default/" range_end:"/registry/pods/default0" limit:500 ',
  );
  assert.match(String(txn?.['start time']), /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.match(String(txn?.['time spent']), /^[\d.]+(µs|ms|s)$/);
  assert.match(String(txn?.['remote']), /^127\.0\.0\.1:\d+$/);
  assert.ok((txn?.['request size'] as number) > 30 && (txn?.['response size'] as number) > 10);
  assert.ok(!JSON.stringify(lines).includes('the secret'));
});

test('the client in process is counted and logged alike', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const shim = await start({ log });
  const client = shim.client();
  await client.put({ key: bytes('a'), value: bytes('the secret') });
  await assert.rejects(client.put({ key: bytes('') }));
  const watch = client.watch();
  watch.send({ createRequest: { key: bytes('a') } });
  watch.close();
  const stats = lines.filter(({ msg }) => msg === 'request stats');
  assert.deepEqual(
    stats.map((line) => [line['response type'], line['remote'], line['request content']]),
    [
      ['/etcdserverpb.KV/Put', 'in-process', 'key:"a" value_size:10 '],
      ['/etcdserverpb.KV/Put', 'in-process', ''],
    ],
  );
  await grpc({ endpoints: [shim.url] }).put({ key: bytes('b') });
  const text = await (await fetch(`${shim.url}/metrics`)).text();
  const put = 'grpc_type="unary",grpc_service="etcdserverpb.KV",grpc_method="Put"';
  const watched = 'grpc_type="bidi_stream",grpc_service="etcdserverpb.Watch",grpc_method="Watch"';
  for (const line of [
    `grpc_server_handled_total{${put},grpc_code="OK"} 2`,
    `grpc_server_handled_total{${put},grpc_code="InvalidArgument"} 1`,
    `grpc_server_handled_total{${watched},grpc_code="Canceled"} 1`,
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
});

test('above level debug only slow requests are logged', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => lines.push(line) });
  const { url } = await start({ log, warningUnaryRequestDurationMs: -1 });
  await grpc({ endpoints: [url] }).put({ key: bytes('a') });
  assert.equal(
    lines.filter((line) => line.includes('request stats') && line.includes('"level":40')).length,
    1,
  );
});

test('closing: watches end with an error, the port is free, a second close is the same', async () => {
  const shim = await startMemoryShim();
  const overGrpc = createGrpcClient({ endpoints: shim.clientUrls });
  const inProcess = shim.client();
  const streams = [overGrpc.watch(), inProcess.watch()];
  for (const stream of streams) {
    stream.send({ createRequest: { key: bytes('a') } });
    await stream[Symbol.asyncIterator]().next();
  }
  const ends = streams.map((stream) => stream[Symbol.asyncIterator]().next());
  const begin = performance.now();
  await Promise.all([
    shim.close(),
    shim.close(),
    ...ends.map((end) => assert.rejects(end, { code: 14, message: 'etcdserver: server stopped' })),
  ]);
  assert.ok(performance.now() - begin < 3000);
  await assert.rejects(fetch(`${shim.clientUrls[0]}/health`));
  overGrpc.close();
});

/** The body of a GET. */
function get(url: string, options: RequestOptions): Promise<string> {
  const send = url.startsWith('https') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
    });
    request.on('error', reject).end();
  });
}
