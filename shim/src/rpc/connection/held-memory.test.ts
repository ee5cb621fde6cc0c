import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { createGrpcClient } from '../../client/grpc-client.ts';
import type { ListeningShim } from '../../server.ts';
import { until } from '../../mvcc/testing/until.ts';
import { tooMuchHeld } from '../server/grpc-server.ts';
import { PartialMessage } from './held-memory.ts';
import type { MemoryStore } from '../testing/memory-store.ts';
import { endsStream, frameType, RawConnection } from '../testing/raw-connection.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const mebibyte = 1 << 20;
/** RangeRequest: everything. */
const everything = Buffer.from('0a0100120100', 'hex');

test('what of a message has come is counted until it is whole', () => {
  const message = Buffer.concat([Buffer.from('0000000003', 'hex'), Buffer.from('abc')]);
  const empty = Buffer.from('0000000000', 'hex');
  const partial = new PartialMessage();
  assert.deepEqual(
    [message.subarray(0, 3), message.subarray(3, 6), message.subarray(6)].map((part) => partial.take(part)),
    [3, 3, -6],
  );
  assert.equal(partial.take(Buffer.concat([message, empty, message, message.subarray(0, 7)])), 7);
  assert.equal(partial.take(Buffer.concat([message.subarray(7), message.subarray(0, 1)])), -6);
});

describe('what clients make the server hold is bounded', { timeout: 60_000 }, () => {
  const closers: (() => unknown)[] = [];
  let shim: ListeningShim & { store: MemoryStore };
  let url: string;
  let log: string;
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  beforeEach(async () => {
    log = '';
    const started = await startMemoryShim({
      log: pino({ level: 'warn' }, { write: (line: string) => (log += line) }),
      heldMemoryBytes: 32 * mebibyte,
      maxRequestBytes: 8 * mebibyte,
    });
    shim = started;
    url = shim.clientUrls[0] as string;
    // This one, not the one that the variable stands for when it runs.
    closers.push(() => started.close());
    await shim.store.put({ key: Buffer.from('k'), value: Buffer.alloc(mebibyte) });
  });

  async function open(windowBytes?: number): Promise<RawConnection> {
    const connection = await RawConnection.open(url, windowBytes);
    closers.push(() => connection.close());
    return connection;
  }

  /** A client that asks for little, on a connection that was there before. */
  async function witness(): Promise<() => Promise<void>> {
    const client = createGrpcClient({ endpoints: [url] });
    closers.push(() => client.close());
    const ask = async (): Promise<void> => void (await client.range({ key: Buffer.from('none') }));
    await ask();
    return ask;
  }

  async function ended(connection: RawConnection): Promise<void> {
    if (!connection.isClosed) await once(connection, 'close');
    // A reset may overtake the word.
    assert.ok([undefined, 'too_much_held'].includes(connection.goaway?.text), connection.goaway?.text);
  }

  test('answers that are not read: who asks for most is disconnected, who is only slow is not', async () => {
    const ask = await witness();
    const slow = await open(0);
    const stream = slow.request('/etcdserverpb.KV/Range', everything);
    const greedy = await open(0);
    for (let count = 0; count < 100; count++) greedy.request('/etcdserverpb.KV/Range', everything);
    await ended(greedy);
    await ask();
    const last = slow.frame((frame) => frame.stream === stream && endsStream(frame));
    slow.makeRoom(0, 2 * mebibyte);
    slow.makeRoom(stream, 2 * mebibyte);
    await last;
    assert.equal(slow.goaway, undefined);
  });

  test('answers that are read cost nothing afterwards', async () => {
    const reader = await open(2 * mebibyte);
    reader.makeRoom(0, 1 << 30);
    for (let count = 0; count < 100; count++) {
      const stream = reader.request('/etcdserverpb.KV/Range', everything);
      await reader.frame((frame) => frame.stream === stream && endsStream(frame));
    }
    assert.equal(reader.goaway, undefined);
  });

  test('events that are not read', async () => {
    const ask = await witness();
    const greedy = await open(0);
    for (let count = 0; count < 100; count++) {
      const stream = greedy.request('/etcdserverpb.Watch/Watch');
      // WatchRequest: create, on the key `k`, from revision 1.
      greedy.sendMessage(stream, Buffer.from('0a050a016b1801', 'hex'));
    }
    await ended(greedy);
    await ask();
  });

  test('requests that are begun and not finished', async () => {
    const ask = await witness();
    const greedy = await open();
    const announced = Buffer.alloc(16_384);
    announced.writeUInt32BE(4 * mebibyte, 1);
    for (let count = 0; count < 200 && !greedy.isClosed; count++) {
      const stream = greedy.request('/etcdserverpb.KV/Put');
      const parts = [announced, ...Array.from({ length: 63 }, () => Buffer.alloc(16_384))];
      for (const payload of parts) greedy.send({ type: frameType.data, flags: 0, stream, payload });
      await until('the bytes to leave', async () => greedy.isClosed || greedy.socket.writableLength === 0);
    }
    await ended(greedy);
    await ask();
  });

  test('streams without a request', async () => {
    const ask = await witness();
    const greedy = await open();
    for (let count = 0; count < 5000 && !greedy.isClosed; count++) {
      greedy.request('/etcdserverpb.KV/Put');
      if (count % 100 === 0) await new Promise(setImmediate);
    }
    await ended(greedy);
    await ask();
  });

  test('answers of the JSON gateway that are not read', async () => {
    const ask = await witness();
    const greedy = await RawConnection.connect(url);
    closers.push(() => greedy.destroy());
    const body = '{"key":"AA==","range_end":"AA=="}';
    const one = `POST /v3/kv/range HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    greedy.pause();
    greedy.write(one.repeat(100));
    // Who does not read does not see the end either.
    await until('it to be disconnected', async () => {
      await ask();
      return log.includes(tooMuchHeld);
    });
    greedy.resume();
    await until('its end to be seen', () => greedy.closed);
    const reader = await fetch(`${url}/v3/kv/range`, { method: 'POST', body });
    assert.equal(reader.status, 200);
    await reader.arrayBuffer();
  });

  test('connections: those that come when there is no room are sent away', async () => {
    const ask = await witness();
    const connections: RawConnection[] = [];
    for (let count = 0; count < 600; count++) connections.push(await open());
    await until('some to be sent away', async () => connections.some(({ isClosed }) => isClosed));
    await ask();
  });
});
