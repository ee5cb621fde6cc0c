import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { decodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { decodeObject } from '@pg8s/k8s-proto/stored-object';
import { WebSocket, type ClientOptions } from 'ws';
import { EndpointServer } from './testing/endpoint-server.ts';
import { object, path, start } from './testing/watched-config-maps.ts';

const origin = 'http://localhost';

/** Messages in the order in which they come. */
class Messages {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  readonly #messages: { data: Buffer; isBinary: boolean }[] = [];
  #arrived: (() => void) | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      this.#messages.push({ data: data as Buffer, isBinary });
      this.#arrived?.();
    });
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  static async open(server: EndpointServer, query: string, options: ClientOptions = { origin }) {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}?${query}`, options);
    const messages = new Messages(socket);
    await once(socket, 'open');
    return messages;
  }

  async next(): Promise<{ data: Buffer; isBinary: boolean }> {
    while (this.#messages.length === 0)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    return this.#messages.shift()!;
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async json(): Promise<any> {
    const { data, isBinary } = await this.next();
    assert.equal(isBinary, false);
    return JSON.parse(data.toString());
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

test('each event of a watch over a WebSocket is a message, until the client leaves', async (t) => {
  const { server, store } = await start(t);
  const messages = await Messages.open(server, 'watch=1');
  store.put(object('one'), 'ADDED');
  store.put(object('two'), 'ADDED');
  const { type, object: first } = await messages.json();
  assert.deepEqual([type, first.kind, first.metadata.name], ['ADDED', 'ConfigMap', 'one']);
  assert.equal((await messages.json()).object.metadata.name, 'two');
  const [watcher] = store.watchers;
  messages.socket.close();
  await until(() => watcher!.closed);
});

test('events in protobuf are binary messages without their length', async (t) => {
  const { server, store } = await start(t);
  const messages = await Messages.open(server, 'watch=1', {
    origin,
    headers: { accept: 'application/vnd.kubernetes.protobuf;stream=watch' },
  });
  store.put(object('one'), 'ADDED');
  const { data, isBinary } = await messages.next();
  assert.equal(isBinary, true);
  const event = decodeMessage('k8s.io.apimachinery.pkg.apis.meta.v1.WatchEvent', data) as { type: string };
  assert.equal(event.type, 'ADDED');
  assert.equal(decodeObject(data.subarray(data.indexOf('k8s\0'))).metadata.name, 'one');
  messages.socket.terminate();
});

test('it ends with code 1000: by its timeout, and after an error', async (t) => {
  const { server, store } = await start(t);
  assert.equal(await (await Messages.open(server, 'watch=1&timeoutSeconds=1')).closed, 1000);
  store.compactedRevision = 50;
  const late = await Messages.open(server, 'watch=1&resourceVersion=7');
  assert.equal((await late.json()).object.reason, 'Expired');
  assert.equal(await late.closed, 1000);
  await until(() => [...store.watchers].every(({ closed }) => closed));
});

test('a watch that is refused is answered as without a WebSocket', async (t) => {
  const { server } = await start(t);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/nonsense?watch=1`, { origin });
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  assert.equal(response.statusCode, 404);
  socket.on('error', () => undefined);
  socket.terminate();
});

test('a client that does not read holds up nobody, and its watch ends in time', async (t) => {
  const { server, store } = await start(t);
  const slow = await Messages.open(server, 'watch=1&timeoutSeconds=1');
  slow.socket.pause();
  const fast = await Messages.open(server, 'watch=1');
  const big = 'x'.repeat(1 << 20);
  for (let index = 0; index < 16; index++) {
    store.put(object(`big-${index}`, big), 'ADDED');
    assert.equal((await fast.json()).object.metadata.name, `big-${index}`);
  }
  await until(() => [...store.watchers].filter(({ closed }) => closed).length === 1);
  slow.socket.terminate();
  fast.socket.terminate();
});

test('a ping is answered, and what else a client sends is dropped', async (t) => {
  const { server, store } = await start(t);
  const messages = await Messages.open(server, 'watch=1');
  messages.socket.send('hello?');
  messages.socket.ping('are you there');
  const [pong] = (await once(messages.socket, 'pong')) as [Buffer];
  assert.equal(pong.toString(), 'are you there');
  store.put(object('one'), 'ADDED');
  assert.equal((await messages.json()).type, 'ADDED');
  messages.socket.send(Buffer.alloc(2 * 1024 * 1024));
  assert.equal(await messages.closed, 1009);
});
