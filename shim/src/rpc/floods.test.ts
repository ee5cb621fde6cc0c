import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createGrpcClient } from '../client/grpc-client.ts';
import type { EtcdClient } from '../client/etcd-client.ts';
import { until } from '../mvcc/testing/until.ts';
import type { Shim } from '../server.ts';
import { encodeFrame, type Frame, frameType, RawConnection } from './testing/raw-connection.ts';
import { startMemoryShim } from './testing/start-memory-shim.ts';

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
  let shim: Shim;
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
