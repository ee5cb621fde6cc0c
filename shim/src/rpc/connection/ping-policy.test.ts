import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { after, test } from 'node:test';
import { enforcePingPolicy } from './ping-policy.ts';
import { endsStream, type Frame, frameType, isPong, RawConnection } from '../testing/raw-connection.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.toReversed()) await close();
});

const minTimeMs = 5000;

/** A server with the policy and a clock of ours; `stream` comes with each request. */
async function serve(): Promise<{ clock: { ms: number }; server: Http2Server; client: ClientHttp2Session }> {
  const clock = { ms: 0 };
  const server = createServer();
  let accepted: Socket;
  server.prependListener('connection', (socket: Socket) => (accepted = socket));
  server.on('session', (session) => enforcePingPolicy(session, accepted, { minTimeMs, now: () => clock.ms }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await connectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  closers.push(() => server.close());
  return { clock, server, client };
}

async function connectTo(url: string): Promise<ClientHttp2Session> {
  const client = connect(url);
  client.on('error', () => {});
  closers.push(() => client.destroy());
  await once(client, 'connect');
  return client;
}

/** Resolves when it is answered; rejects when the connection ends before. */
function ping(client: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    client.ping((error) => (error === null ? resolve() : reject(error)));
  });
}

function goaway(client: ClientHttp2Session): Promise<[code: number, text: string]> {
  return new Promise((resolve) => {
    client.once('goaway', (code: number, _lastStream: number, data?: Buffer) =>
      resolve([code, String(data ?? '')]),
    );
  });
}

test('without streams the fourth ping is too many', async () => {
  const { client } = await serve();
  for (let count = 0; count < 3; count++) await ping(client);
  const last = goaway(client);
  client.ping(() => {});
  const closed = new Promise((resolve) => client.once('close', resolve));
  assert.deepEqual(await last, [11, 'too_many_pings']);
  await closed;
});

test('with a stream pings may come as often as they are allowed to', async () => {
  const { clock, server, client } = await serve();
  const opened = once(server, 'stream');
  client.request({ ':path': '/' }).on('error', () => {});
  await opened;
  for (let count = 0; count < 10; count++) {
    clock.ms += minTimeMs;
    await ping(client);
  }
  clock.ms += minTimeMs - 1;
  await ping(client);
  clock.ms += minTimeMs - 1;
  await ping(client);
  const last = goaway(client);
  clock.ms += minTimeMs - 1;
  client.ping(() => {});
  assert.deepEqual(await last, [11, 'too_many_pings']);
});

test('headers, data and ends of streams forgive', async () => {
  const { server, client } = await serve();
  const opened = once(server, 'stream');
  const request = client.request({ ':path': '/' });
  const [stream] = (await opened) as [ServerHttp2Stream];
  const strike = async (): Promise<void> => {
    await ping(client);
    await ping(client);
  };
  await strike();
  const headers = once(request, 'response');
  stream.respond({ ':status': 200 });
  await headers;
  await ping(client);
  await strike();
  for (let count = 0; count < 3; count++) {
    const data = once(request, 'data');
    stream.write('more');
    await data;
    await ping(client);
    await strike();
  }
  const ended = once(request, 'close');
  stream.end();
  request.resume();
  await ended;
  await ping(client);
  await strike();
  assert.equal(client.destroyed, false);
});

test('data forgives that the client has made room for again, as Go does before each ping', async () => {
  const { server, client } = await serve();
  const opened = once(server, 'stream');
  const request = client.request({ ':path': '/' });
  const [stream] = (await opened) as [ServerHttp2Stream];
  const headers = once(request, 'response');
  stream.respond({ ':status': 200 });
  await headers;
  const room = client.state.localWindowSize ?? 0;
  for (let count = 1; count <= 10; count++) {
    const data = once(request, 'data');
    stream.write('more');
    await data;
    client.setLocalWindowSize(room + 4 * count);
    await ping(client);
  }
  assert.equal(client.destroyed, false);
});

test('the gRPC server keeps to it', async () => {
  const shim = await startMemoryShim();
  closers.push(() => shim.close());
  const client = await connectTo(shim.clientUrls[0] as string);
  for (let count = 0; count < 3; count++) await ping(client);
  const last = goaway(client);
  client.ping(() => {});
  assert.deepEqual(await last, [11, 'too_many_pings']);
});

/**
 * What one call costs a client that pings once for each round trip in which something has come, as grpc-go's
 * does.
 */
interface Reading {
  dataBytes: number;
  dataFrames: number;
  pings: number;
}

/**
 * Reads a whole answer so: windows are refilled at once, a new ping follows on the data after the last one's
 * answer.
 */
async function readLikeGo(connection: RawConnection, path: string, message: Uint8Array): Promise<Reading> {
  const reading: Reading = { dataBytes: 0, dataFrames: 0, pings: 0 };
  let isMeasuring = false;
  const stream = connection.request(path, message);
  await connection.frame((frame) => {
    if (isPong(frame)) isMeasuring = false;
    if (frame.type === frameType.data && frame.stream === stream) {
      reading.dataBytes += frame.payload.length;
      reading.dataFrames++;
      if (frame.payload.length > 0) {
        connection.makeRoom(0, frame.payload.length);
        connection.makeRoom(stream, frame.payload.length);
      }
      if (!isMeasuring) {
        isMeasuring = true;
        reading.pings++;
        connection.ping();
      }
    }
    return endsStream(frame) && frame.stream === stream;
  });
  return reading;
}

/** RangeRequest: everything. */
const everything = Buffer.from('0a0100120100', 'hex');

for (const [method, description] of [
  ['/etcdserverpb.KV/Range', 'one large message'],
  ['/etcdserverpb.KV/RangeStream', 'a stream of messages'],
] as const) {
  test(`a client that pings while ${description} arrives is never told that it pings too often`, async () => {
    const shim = await startMemoryShim({ maxRequestBytes: 8 << 20 });
    closers.push(() => shim.close());
    for (let index = 0; index < 5; index++) {
      await shim.store.put({ key: Buffer.from(`k${index}`), value: Buffer.alloc(1 << 20, index) });
    }
    const connection = await RawConnection.open(shim.clientUrls[0] as string);
    closers.push(() => connection.close());
    for (let count = 0; count < 3; count++) {
      const { dataBytes, dataFrames, pings } = await readLikeGo(connection, method, everything);
      assert.ok(dataBytes > 5 << 20, `${dataBytes} bytes`);
      assert.ok(dataFrames > 5 * 64, `${dataFrames} frames`);
      assert.ok(pings > 10, `${pings} pings`);
    }
    assert.equal(connection.goaway, undefined);
  });
}

/** The size of a DATA frame; a client that gives a stream no more room gets one frame at a time. */
const frameBytes = 16_384;

function pingPerFrame(connection: RawConnection, { type, stream, payload }: Frame): void {
  if (type !== frameType.data || payload.length === 0) return;
  connection.ping();
  connection.makeRoom(0, payload.length);
  connection.makeRoom(stream, payload.length);
}

test('a ping for every DATA frame of a large message is never too many', async () => {
  const shim = await startMemoryShim({ maxRequestBytes: 8 << 20 });
  closers.push(() => shim.close());
  await shim.store.put({ key: Buffer.from('k'), value: Buffer.alloc(5 << 20) });
  const connection = await RawConnection.open(shim.clientUrls[0] as string, frameBytes);
  closers.push(() => connection.close());
  let pongs = 0;
  connection.on('frame', (frame) => {
    pongs += Number(isPong(frame));
    pingPerFrame(connection, frame);
  });
  const stream = connection.request('/etcdserverpb.KV/Range', everything);
  await connection.frame((frame) => frame.stream === stream && endsStream(frame));
  assert.ok(pongs > 300, `${pongs} pings`);
});

test('events that a watch is sent forgive, frame by frame', async () => {
  const shim = await startMemoryShim({ maxRequestBytes: 8 << 20 });
  closers.push(() => shim.close());
  const connection = await RawConnection.open(shim.clientUrls[0] as string, frameBytes);
  closers.push(() => connection.close());
  const stream = connection.request('/etcdserverpb.Watch/Watch');
  const created = connection.frame(({ type }) => type === frameType.data);
  // WatchRequest: create, on the key `k`.
  connection.sendMessage(stream, Buffer.from('0a030a016b', 'hex'));
  await created;
  let bytes = 0;
  connection.on('frame', (frame) => {
    bytes += frame.payload.length;
    pingPerFrame(connection, frame);
  });
  for (let count = 1; count <= 5; count++) {
    const all = connection.frame(() => bytes > count << 20);
    await shim.store.put({ key: Buffer.from('k'), value: Buffer.alloc(1 << 20) });
    await all;
  }
  assert.equal(connection.goaway, undefined);
});

test('what waits for a client that makes no room forgives nothing', async () => {
  const shim = await startMemoryShim({ maxRequestBytes: 8 << 20 });
  closers.push(() => shim.close());
  await shim.store.put({ key: Buffer.from('k'), value: Buffer.alloc(1 << 20) });
  const connection = await RawConnection.open(shim.clientUrls[0] as string, 0);
  closers.push(() => connection.close());
  const headers = connection.frame(({ type }) => type === frameType.headers);
  connection.request('/etcdserverpb.KV/Range', everything);
  await headers;
  for (let count = 0; count < 3; count++) {
    const pong = connection.frame(isPong);
    connection.ping();
    await pong;
  }
  let resets = 0;
  connection.on('frame', ({ type }) => (resets += Number(type === frameType.resetStream)));
  const closed = once(connection, 'close');
  connection.ping();
  await closed;
  assert.deepEqual(connection.goaway, { code: 11, text: 'too_many_pings' });
  // The answer was cut off, not ended: nobody may take it for a whole one.
  assert.equal(resets, 0);
});
