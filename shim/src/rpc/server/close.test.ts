import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { createTestAuthority } from '../../gateway/testing/certificates.ts';
import { until } from '../../mvcc/testing/until.ts';
import { type ListeningShim, startShim } from '../../server.ts';
import { RawConnection } from '../testing/raw-connection.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const authority = await createTestAuthority();
const tls = await authority.issue('server');

/** RangeRequest: everything. */
const everything = Buffer.from('0a0100120100', 'hex');
/** WatchRequest: create, on the key `k`, from revision 1. */
const watch = Buffer.from('0a050a016b1801', 'hex');
/** The first bytes of a ClientHello. */
const clientHello = Buffer.from('1603010200', 'hex');

describe('close() ends within its grace time, whatever clients do', { timeout: 60_000 }, () => {
  const sockets: Socket[] = [];
  after(() => sockets.forEach((socket) => socket.destroy()));

  async function say(url: string, bytes: string | Buffer): Promise<void> {
    const socket = await RawConnection.connect(url);
    sockets.push(socket);
    if (bytes.length > 0) socket.write(bytes);
  }

  async function open(url: string, windowBytes?: number): Promise<RawConnection> {
    const connection = await RawConnection.open(url, windowBytes);
    sockets.push(connection.socket);
    return connection;
  }

  /** A shim with clients that never go on, and never go. */
  async function besieged(): Promise<ListeningShim> {
    const shim = await startMemoryShim({
      listenClientUrls: ['http://127.0.0.1:0', 'https://127.0.0.1:0'],
      listenClientHttpUrls: ['http://127.0.0.1:0'],
      listenMetricsUrls: ['https://127.0.0.1:0'],
      tls,
    });
    await shim.store.put({ key: Buffer.from('k'), value: Buffer.alloc(1 << 20) });
    const [plain = '', secure = ''] = shim.clientUrls;
    const [http = ''] = shim.clientHttpUrls;
    const [metrics = ''] = shim.metricsUrls;
    for (const url of [secure, metrics]) {
      await say(url, '');
      await say(url, clientHello);
    }
    await say(plain, '');
    await say(plain, 'PRI * HT');
    await say(http, 'GET /version HT');
    await say(http, 'GET /version HTTP/1.1\r\nHost: a\r\n\r\n');
    await say(http, 'POST /v3/kv/put HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{');
    await say(
      http,
      'POST /v3/watch HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"create_request":{"key":"aw=="}}',
    );
    const reader = await open(plain, 0);
    for (let count = 0; count < 20; count++) {
      reader.request('/etcdserverpb.KV/Range', everything);
      reader.sendMessage(reader.request('/etcdserverpb.Watch/Watch'), watch);
      reader.request('/etcdserverpb.KV/Put');
    }
    const watcher = await open(plain);
    const stream = watcher.request('/etcdserverpb.Watch/Watch');
    const created = watcher.frame((frame) => frame.stream === stream);
    watcher.sendMessage(stream, watch);
    await created;
    return shim;
  }

  /** The grace time is 500 ms; the rest is for a busy machine, and well below the handshakes' ten seconds. */
  async function closeSoon(shim: ListeningShim): Promise<void> {
    let isClosed = false;
    const closed = shim.close().then(() => (isClosed = true));
    await until('the shim to close', () => isClosed, 5000);
    await closed;
  }

  test('several servers at once', async () => {
    const shims = await Promise.all(Array.from({ length: 6 }, besieged));
    await Promise.all(shims.map(closeSoon));
  });

  test('several servers, one after the other', async () => {
    const shims = await Promise.all(Array.from({ length: 3 }, besieged));
    for (const shim of shims) await closeSoon(shim);
  });

  test('a start that fails', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const url = `https://127.0.0.1:${port}`;
    let failure: unknown;
    const started = startShim({ postgresUrl: '', listenClientUrls: [url], tls }, async () => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      await once(socket, 'connect');
      socket.on('error', () => {}).write(clientHello);
      throw new Error('no database');
    }).catch((error: unknown) => (failure = error));
    await until('the start to fail', () => failure !== undefined, 5000);
    await started;
    assert.equal((failure as Error).message, 'no database');
  });
});
