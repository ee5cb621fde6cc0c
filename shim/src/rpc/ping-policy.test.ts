import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { enforcePingPolicy } from './ping-policy.ts';
import { startMemoryShim } from './testing/start-memory-shim.ts';

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.toReversed()) await close();
});

const minTimeMs = 5000;

/** A server with the policy and a clock of ours; `stream` comes with each request. */
async function serve(): Promise<{ clock: { ms: number }; server: Http2Server; client: ClientHttp2Session }> {
  const clock = { ms: 0 };
  const server = createServer();
  server.on('session', (session) => enforcePingPolicy(session, { minTimeMs, now: () => clock.ms }));
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
