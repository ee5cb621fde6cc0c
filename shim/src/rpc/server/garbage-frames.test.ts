import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createGrpcClient } from '../../client/grpc-client.ts';
import { Random, testSeed } from '../../mvcc/testing/random.ts';
import type { ListeningShim } from '../../server.ts';
import { encodeFrame, preface } from '../testing/raw-connection.ts';
import { startMemoryShim } from '../testing/start-memory-shim.ts';

const settings = encodeFrame({ type: 4, flags: 0, stream: 0, payload: Buffer.of() });
const acknowledged = encodeFrame({ type: 4, flags: 1, stream: 0, payload: Buffer.of() });

describe('what no client sends harms no other client', () => {
  let shim: ListeningShim;
  let url: URL;
  before(async () => {
    shim = await startMemoryShim();
    url = new URL(shim.clientUrls[0] as string);
  });
  after(() => shim.close());

  async function lives(): Promise<void> {
    const client = createGrpcClient({ endpoints: [url.origin] });
    try {
      assert.equal((await client.range({ key: Buffer.from('k') })).count, 0);
    } finally {
      client.close();
    }
  }

  test('frames at random', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const garbage = (): Buffer => {
      const parts = [preface, settings, acknowledged].slice(random.below(4));
      for (let count = random.below(20); count > 0; count--) {
        const payload = Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256)));
        parts.push(
          encodeFrame({ type: random.below(12), flags: random.below(256), stream: random.below(9), payload }),
        );
      }
      return Buffer.concat(parts);
    };
    const send = async (bytes: Buffer): Promise<void> => {
      const socket = connect(Number(url.port), url.hostname);
      socket.on('error', () => {});
      socket.on('data', () => {});
      await once(socket, 'connect');
      socket.end(bytes);
      // Who waits for more is not waited for.
      socket.setTimeout(50, () => socket.destroy());
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
    };
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 20 }, () => send(garbage())));
    await lives().catch((error: unknown) => assert.fail(`seed ${seed}: ${String(error)}`));
  });

  test('requests that are taken back as soon as they are made', async () => {
    const session = connectHttp2(url);
    session.on('error', () => {});
    await once(session, 'connect');
    const paths = [
      '/etcdserverpb.KV/Range',
      '/etcdserverpb.Watch/Watch',
      '/etcdserverpb.Maintenance/Snapshot',
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/none',
    ];
    for (let count = 0; count < 1000 && !session.destroyed && !session.closed; count++) {
      const stream = session.request({
        ':method': 'POST',
        ':path': paths[count % paths.length],
        'content-type': count % 7 === 0 ? 'text/plain' : 'application/grpc',
      });
      stream.on('error', () => {});
      if (count % 3 !== 0) stream.write(Buffer.from('00000000030a016b', 'hex'));
      stream.close([0, 1, 2, 8][count % 4]);
    }
    session.destroy();
    await lives();
  });
});
