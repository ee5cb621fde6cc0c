import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EtcdError, grpcCode } from '@pg8s/shim/etcdserverpb/etcd-error';
import { BatchedReads } from './batched-reads.ts';
import { keyBytes } from './key-layout.ts';
import { StoredObject } from './stored-object.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

async function setUp(...keys: readonly string[]) {
  const etcd = new FakeEtcd();
  const known = new Map<string, StoredObject>();
  for (const key of keys) known.set(key, await put(etcd, key, `first ${key}`));
  etcd.calls.length = 0;
  const reads = new BatchedReads(etcd, { timeoutMs: 1000 });
  /** The value at a key, or that it is the known one. */
  const read = async (key: string): Promise<string | undefined> => {
    const outcome = await reads.read(key, known.get(key));
    if ('unchanged' in outcome) return outcome.unchanged === known.get(key) ? 'known' : 'another';
    return outcome.kv === undefined ? undefined : Buffer.from(outcome.kv.value).toString();
  };
  const methods = (): string[] => etcd.calls.map(({ method }) => method);
  return { etcd, known, read, methods };
}

async function put(etcd: FakeEtcd, key: string, text: string): Promise<StoredObject> {
  const { header } = await etcd.put({ key: keyBytes(key), value: Buffer.from(text) });
  const decode = (): never => assert.fail('nothing is decoded');
  return new StoredObject({ key, modRevision: header.revision, lease: 0n, bytes: 0 }, { decode });
}

test('a read of what is not in memory is a range', async () => {
  const { etcd, known, read, methods } = await setUp('a');
  known.clear();
  assert.equal(await read('a'), 'first a');
  assert.equal(await read('b'), undefined);
  assert.deepEqual(methods(), ['range', 'range']);
  assert.equal(etcd.revision, 2);
});

test('what has not changed is not sent again', async () => {
  const { etcd, known, read } = await setUp('a');
  assert.equal(await read('a'), 'known');
  const { revision } = known.get('a') as StoredObject;
  assert.deepEqual(etcd.calls, [
    {
      method: 'txn',
      request: {
        compare: [{ target: 'MOD', result: 'EQUAL', key: keyBytes('a'), modRevision: revision }],
        success: [],
        failure: [{ requestRange: { key: keyBytes('a') } }],
      },
    },
  ]);
});

test('reads of one turn share a request, whatever of it has changed', async () => {
  const { etcd, known, read, methods } = await setUp('a', 'b', 'c');
  known.delete('c');
  const all = () => Promise.all(['c', 'a', 'b', 'nothing', 'a'].map(read));
  assert.deepEqual(await all(), ['first c', 'known', 'known', undefined, 'known']);
  await put(etcd, 'b', 'second b');
  assert.deepEqual(await all(), ['first c', 'first a', 'second b', undefined, 'first a']);
  await etcd.deleteRange({ key: keyBytes('a') });
  assert.deepEqual(await all(), ['first c', undefined, 'second b', undefined, undefined]);
  assert.deepEqual(methods(), ['txn', 'txn', 'txn']);
  const { revision } = etcd;
  await all();
  assert.equal(etcd.revision, revision, 'a read is no change');
});

test('a read that begins after an answer sees what was written before it', async () => {
  const { etcd, known, read } = await setUp('a');
  const before = read('a');
  await before;
  await put(etcd, 'a', 'second');
  assert.equal(await read('a'), 'second');
  known.set('a', await put(etcd, 'a', 'third'));
  assert.equal(await read('a'), 'known');
});

test('many reads make several requests', async () => {
  const { read, methods } = await setUp();
  const keys = Array.from({ length: 70 }, (_, index) => `k${index}`);
  assert.deepEqual(
    await Promise.all(keys.map(read)),
    keys.map(() => undefined),
  );
  assert.deepEqual(methods(), ['txn', 'txn', 'txn']);
});

test('a failure is that of all who share the request, and of nobody else', async () => {
  const { etcd, read } = await setUp('a', 'b');
  etcd.failNext(new EtcdError(grpcCode.UNAVAILABLE, 'gone'));
  for (const outcome of await Promise.allSettled([read('a'), read('b')])) {
    assert.equal(outcome.status, 'rejected');
    assert.equal((outcome.reason as EtcdError).message, 'gone');
  }
  assert.equal(await read('a'), 'known');
});

test('a server that takes few operations is asked key by key', async () => {
  const { etcd, read, methods } = await setUp('a', 'b');
  const refusal = 'etcdserver: too many operations in txn request';
  etcd.failNext(new EtcdError(grpcCode.INVALID_ARGUMENT, refusal));
  assert.deepEqual(await Promise.all(['a', 'b'].map(read)), ['first a', 'first b']);
  assert.deepEqual(await Promise.all(['a', 'b'].map(read)), ['first a', 'first b']);
  assert.deepEqual(methods(), ['txn', 'range', 'range', 'range', 'range']);
});
