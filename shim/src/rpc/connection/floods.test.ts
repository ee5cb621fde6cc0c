import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createGrpcClient } from '../../client/grpc-client.ts';
import type { EtcdClient } from '../../client/etcd-client.ts';
import { until } from '../../mvcc/testing/until.ts';
import type { ListeningShim } from '../../server.ts';
import { encodeFrame, type Frame, frameType, RawConnection } from '../testing/raw-connection.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

/** So many frames of one kind a flood has, unless the connection ends before. */
const floodFrames = 30_000;
const framesPerWrite = 1000;
const empty = Buffer.of();

const frame = (type: number, stream: number, payload: Buffer = empty, flags = 0): Frame => ({
  type,
  flags,
  stream,
  payload,
});

describe('floods of frames harm no other client', { timeout: 120_000 }, () => {
  let shim: ListeningShim;
  let url: string;
  let witness: EtcdClient;
  before(async () => {
    shim = await startMemoryShim();
    url = shim.clientUrls[0] as string;
    witness = createGrpcClient({ endpoints: [url] });
    await witness.range({ key: Buffer.from('k') });
  });
  after(async () => {
    witness.close();
    await shim.close();
  });

  /** Sends frames until the server ends the connection or all are sent; others are answered meanwhile. */
  async function flood(connection: RawConnection, next: (index: number) => Frame | Frame[]): Promise<void> {
    for (let sent = 0; sent < floodFrames && !connection.isClosed; sent += framesPerWrite) {
      const frames = Array.from({ length: framesPerWrite }, (_, index) => next(sent + index)).flat();
      connection.socket.write(Buffer.concat(frames.map(encodeFrame)));
      await witness.range({ key: Buffer.from('k') });
      await until('the bytes to leave', () => connection.isClosed || connection.socket.writableLength === 0);
    }
  }

  /** A connection with a watch, so that it is in use. */
  async function watching(): Promise<{ connection: RawConnection; stream: number }> {
    const connection = await RawConnection.open(url);
    const stream = connection.request('/etcdserverpb.Watch/Watch');
    const created = connection.frame(({ type }) => type === frameType.data);
    connection.sendMessage(stream, Buffer.from('0a030a016b', 'hex'));
    await created;
    return { connection, stream };
  }

  const endedFloods: Readonly<Record<string, (index: number, stream: number) => Frame | Frame[]>> = {
    PING: () => frame(frameType.ping, 0, Buffer.alloc(8)),
    'CONTINUATION that never ends': (index, stream) =>
      index === 0
        ? frame(frameType.headers, stream + 2)
        : frame(frameType.continuation, stream + 2, Buffer.from('0001610162', 'hex')),
    'requests that are taken back at once': (index, stream) => {
      const id = stream + 2 + 2 * index;
      // `:method: POST`, `:scheme: http`, `:path: /`, from the static table (RFC 7541, appendix A).
      const headers = frame(frameType.headers, id, Buffer.of(0x83, 0x86, 0x84), 4);
      return [headers, frame(frameType.resetStream, id, Buffer.of(0, 0, 0, 8))];
    },
  };
  for (const [name, next] of Object.entries(endedFloods)) {
    test(`${name}: the connection is ended`, async (t) => {
      const { connection, stream } = await watching();
      t.after(() => connection.close());
      await flood(connection, (index) => next(index, stream));
      if (!connection.isClosed) await once(connection, 'close');
    });
  }

  const borneFloods: Readonly<Record<string, (stream: number) => Frame>> = {
    'DATA without bytes': (stream) => frame(frameType.data, stream),
    SETTINGS: () => frame(frameType.settings, 0),
    WINDOW_UPDATE: () => frame(frameType.windowUpdate, 0, Buffer.of(0, 0, 0, 1)),
  };
  for (const [name, next] of Object.entries(borneFloods)) {
    test(`${name}: others are answered, and nothing is kept`, async (t) => {
      const { connection, stream } = await watching();
      t.after(() => connection.close());
      const before = process.memoryUsage().rss;
      await flood(connection, () => next(stream));
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < 200 << 20, `${grown >> 20} MiB more`);
    });
  }

  test('requests over HTTP/1 whose headers or bodies do not come to an end are ended', async (t) => {
    const slow = await startMemoryShim({ httpTimeouts: { headersTimeoutMs: 200, bodyTimeoutMs: 400 } });
    t.after(() => slow.close());
    const begin = async (...lines: string[]): Promise<{ socket: Socket; text: () => string }> => {
      const socket = await RawConnection.connect(slow.clientUrls[0] as string);
      t.after(() => socket.destroy());
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString()));
      socket.write(lines.join('\r\n'));
      return { socket, text: () => text };
    };
    const body = ['Host: a', 'Content-Length: 99', '', '{'];
    const watch = await begin(
      'POST /v3/watch HTTP/1.1',
      'Host: a',
      'Transfer-Encoding: chunked',
      '',
      '20',
      '{"create_request":{"key":"aw=="}}'.slice(0, 32),
      '1',
      '}',
      '',
    );
    await until('the watch to be created', () => watch.text().includes('"created":true'));
    const ended = await Promise.all([
      begin('GET /version HTTP/1.1', 'Host: a', 'X-'),
      begin('POST /v3/kv/put HTTP/1.1', ...body),
      begin('GET /version HTTP/1.1', ...body),
      begin('POST /v3/nothing HTTP/1.1', ...body),
    ]);
    // One byte now and then is no progress.
    const drips = setInterval(() => ended.forEach(({ socket }) => socket.write('x')), 50);
    t.after(() => clearInterval(drips));
    await until('all to be ended', () => ended.every(({ socket }) => socket.closed));
    const [headers, put] = ended;
    for (const each of [headers, put]) assert.match(each?.text() ?? '', /^HTTP\/1\.1 408 /);
    assert.equal(watch.socket.closed, false);
  });

  test(
    'connections that say nothing, or stop after the preface, are ended',
    { timeout: 30_000 },
    async (t) => {
      const silent = await Promise.all(Array.from({ length: 100 }, () => RawConnection.connect(url)));
      t.after(() => silent.forEach((socket) => socket.destroy()));
      for (const [index, socket] of silent.entries()) {
        socket.resume();
        if (index % 2 === 0) socket.write('PRI * HTTP/2.0\r\n\r\n');
      }
      await witness.range({ key: Buffer.from('k') });
      await until('all to be ended', () => silent.every(({ closed }) => closed), 25_000);
    },
  );
});
