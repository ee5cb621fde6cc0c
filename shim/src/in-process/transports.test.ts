import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { StoreError } from '../mvcc/store-error.ts';
import { startMemoryShim } from '../rpc/testing/start-memory-shim.ts';
import type { EtcdClient } from '../client/etcd-client.ts';
import { createGrpcClient } from '../client/grpc-client.ts';
import { ResponseQueue } from '../client/response-queue.ts';

// What a caller sees must not depend on the way to the server. (What the server does is the conformance
// suite's.)

const bytes = (text: string): Uint8Array => Buffer.from(text);

for (const transport of ['gRPC', 'in process'] as const) {
  describe(`EtcdClient, ${transport}`, async () => {
    const shim = await startMemoryShim();
    const connect = (): EtcdClient =>
      transport === 'gRPC' ? createGrpcClient({ endpoints: shim.clientUrls }) : shim.client();
    const client = connect();
    after(async () => {
      client.close();
      await shim.close();
    });

    test('every unary call arrives and answers', async () => {
      const key = bytes('unary');
      await client.put({ key, value: bytes('v') });
      const { kvs, header } = await client.range({ key });
      assert.equal(Buffer.from(kvs[0]?.value ?? bytes('')).toString(), 'v');
      assert.deepEqual([header.clusterId, header.memberId], [shim.store.clusterId, shim.store.memberId]);
      assert.equal((await client.txn({ success: [{ requestRange: { key } }] })).succeeded, true);
      assert.equal((await client.deleteRange({ key })).deleted, 1);
      const { id } = await client.leaseGrant({ ttlSeconds: 60 });
      assert.equal((await client.leaseKeepAlive({ id })).ttlSeconds, 60);
      assert.equal((await client.leaseTimeToLive({ id, keys: true })).grantedTtlSeconds, 60);
      assert.deepEqual((await client.leases()).leases, [{ id }]);
      await client.leaseRevoke({ id });
      assert.equal((await client.status()).version, '3.6.14');
      assert.equal((await client.memberList()).members[0]?.id, shim.store.memberId);
      assert.ok((await client.compact({ revision: 2 })).header.revision >= 2);
    });

    test('errors have their code and text: of the checks, of the store, and of bugs', async () => {
      const key = bytes('errors');
      const empty = { name: 'EtcdError', code: 3, message: 'etcdserver: key is not provided' };
      await assert.rejects(client.put({ key: bytes('') }), empty);
      try {
        shim.store.failure = new StoreError('noSpace');
        const noSpace = { name: 'EtcdError', code: 8, message: 'etcdserver: mvcc: database space exceeded' };
        await assert.rejects(client.put({ key }), noSpace);
        shim.store.failure = new Error('a bug, with ümlaut') as StoreError;
        await assert.rejects(client.put({ key }), {
          name: 'EtcdError',
          code: 2,
          message: 'a bug, with ümlaut',
        });
      } finally {
        shim.store.failure = undefined;
      }
    });

    test('a call ends by its signal, before it began too, or by its timeout', async () => {
      const store = shim.store as { range: unknown };
      const range = store.range;
      store.range = () => new Promise(() => {});
      try {
        const controller = new AbortController();
        const call = client.range({ key: bytes('a') }, { signal: controller.signal });
        setImmediate(() => controller.abort());
        await assert.rejects(call, { name: 'EtcdError', code: 1 });
        await assert.rejects(client.range({ key: bytes('a') }, { signal: AbortSignal.abort() }), { code: 1 });
        await assert.rejects(client.range({ key: bytes('a') }, { timeoutMs: 20 }), {
          name: 'EtcdError',
          code: 4,
        });
      } finally {
        store.range = range;
      }
    });

    test('closing the client fails what is under way', async () => {
      const store = shim.store as { range: unknown };
      const range = store.range;
      let asked: (() => void) | undefined;
      const reached = new Promise<void>((resolve) => (asked = resolve));
      store.range = () => (asked?.(), new Promise(() => {}));
      try {
        const own = connect();
        const call = assert.rejects(own.range({ key: bytes('a') }), { name: 'EtcdError', code: 1 });
        await reached;
        const stream = own.watch();
        const next = assert.rejects(stream[Symbol.asyncIterator]().next(), { name: 'EtcdError', code: 1 });
        own.close();
        await Promise.all([call, next]);
      } finally {
        store.range = range;
      }
    });

    test('a closed watch stream ends without an error, and its watches are gone', async () => {
      const stream = client.watch();
      stream.send({ createRequest: { key: bytes('w') } });
      const responses = stream[Symbol.asyncIterator]();
      assert.equal((await responses.next()).value?.created, true);
      assert.equal(shim.store.watchers.size, 1);
      const next = responses.next();
      stream.close();
      assert.equal((await next).done, true);
      while (shim.store.watchers.size > 0) await new Promise((resolve) => setImmediate(resolve));
    });

    test('a store that cannot watch any more ends the stream with its error', async () => {
      const store = shim.store as { watch: unknown };
      const { watch } = store;
      store.watch = () => {
        throw new StoreError('stopped');
      };
      try {
        const stream = client.watch();
        stream.send({ createRequest: { key: bytes('a') } });
        const next = stream[Symbol.asyncIterator]().next();
        await assert.rejects(next, { name: 'EtcdError', code: 14, message: 'etcdserver: server stopped' });
      } finally {
        store.watch = watch;
      }
    });

    test('a reader that stops is waited for: bounded in memory, and complete when it goes on', async () => {
      const stream = client.watch();
      stream.send({ createRequest: { key: bytes('slow'), prevKv: true } });
      const responses = stream[Symbol.asyncIterator]();
      await responses.next();
      const value = Buffer.alloc(64 * 1024, 'x');
      const count = 400;
      for (let index = 0; index < count; index++) await client.put({ key: bytes('slow'), value });
      const [watcher] = shim.store.watchers;
      assert.equal(watcher?.synced, false, 'the watcher is held back');
      const delivered = watcher?.deliveredRevision ?? 0;
      assert.ok(delivered < shim.store.currentRevision, 'events wait in the store, not for the reader');
      let previous = 0;
      for (let seen = 0; seen < count;) {
        const { value: response } = await responses.next();
        for (const { kv } of response?.events ?? []) {
          if (previous !== 0) assert.equal(kv.modRevision, previous + 1);
          previous = kv.modRevision;
          seen++;
        }
      }
      assert.equal(previous, shim.store.currentRevision);
      stream.close();
    });
  });
}

test('another endpoint is asked when the first has no server', async () => {
  const gone = await startMemoryShim();
  await gone.close();
  const shim = await startMemoryShim();
  const client = createGrpcClient({ endpoints: [...gone.clientUrls, ...shim.clientUrls] });
  for (let index = 0; index < 4; index++) await client.put({ key: bytes('a') });
  assert.equal((await client.range({ key: bytes('a') })).kvs[0]?.version, 4);
  client.close();
  const alone = createGrpcClient({ endpoints: gone.clientUrls });
  await assert.rejects(alone.put({ key: bytes('a') }), { name: 'EtcdError', code: 14 });
  alone.close();
  await shim.close();
});

test('what reached no server waits for one that starts again', async (t) => {
  const first = await startMemoryShim();
  const listenClientUrls = first.clientUrls.slice();
  const client = createGrpcClient({ endpoints: listenClientUrls });
  t.after(() => client.close());
  await client.put({ key: bytes('a') });
  await first.close();
  const calls = [client.put({ key: bytes('b') }), client.range({ key: bytes('b') })];
  const late = client.put({ key: bytes('c') }, { timeoutMs: 50 });
  await assert.rejects(late, ({ code }: { code: number }) => code === 14 || code === 4);
  const second = await startMemoryShim({ listenClientUrls });
  t.after(() => second.close());
  await Promise.all(calls);
  assert.equal((await client.range({ key: bytes('b') })).count, 1);
  await second.close();
  const waiting = client.put({ key: bytes('d') });
  client.close();
  await assert.rejects(waiting);
});

test('a write that may have been done is not repeated at another endpoint', async () => {
  const shims = await Promise.all([startMemoryShim(), startMemoryShim()]);
  for (const { store } of shims) store.failure = new StoreError('timeout');
  const client = createGrpcClient({ endpoints: shims.flatMap(({ clientUrls }) => clientUrls) });
  const calls = shims.map(({ store }) => {
    const { txn } = store;
    const seen = { count: 0 };
    store.txn = (request) => (seen.count++, txn.call(store, request));
    return seen;
  });
  await assert.rejects(client.txn({}), { code: 14, message: 'etcdserver: request timed out' });
  assert.equal(
    calls.reduce((sum, { count }) => sum + count, 0),
    1,
  );
  client.close();
  await Promise.all(shims.map((shim) => shim.close()));
});

test('the queue between a server that pushes and a reader that pulls', async () => {
  let drained = 0;
  const queue = new ResponseQueue<number>(() => drained++);
  const pushed = Array.from({ length: 70 }, (_, index) => queue.push(index));
  assert.deepEqual([pushed[62], pushed[63], pushed[69]], [true, false, false]);
  queue.end();
  const seen: number[] = [];
  for await (const item of queue) seen.push(item);
  assert.equal(seen.length, 70);
  assert.equal(drained, 1);
});
