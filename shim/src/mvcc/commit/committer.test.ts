import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fence } from '../history-port.ts';
import { MemoryDatabase, type Fault } from '../testing/memory-database.ts';
import { openMemoryStore } from '../testing/open-memory-store.ts';
import { maxQueuedRequests } from './commit-queue.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('what waits while a batch is in flight becomes one batch, evaluated in order', async () => {
  const database = new MemoryDatabase();
  const { store } = await openMemoryStore(database);
  const first = store.put({ key: bytes('a'), value: bytes('0') });
  const rest = Array.from({ length: 100 }, (_, i) =>
    store.txn({
      compare: [{ key: bytes('a'), target: 'VALUE', value: bytes(String(i)) }],
      success: [{ requestPut: { key: bytes('a'), value: bytes(String(i + 1)) } }],
    }),
  );
  await first;
  const answers = await Promise.all(rest);
  assert.ok(answers.every((answer, i) => answer.succeeded && answer.header.revision === i + 3));
  assert.ok(store.stats().commitBatches <= 2, `${store.stats().commitBatches} batches`);
  await store.close();
});

test('those who were answered together become one batch again, even if one of them is a little faster', async () => {
  const { store } = await openMemoryStore(new MemoryDatabase());
  const put = (): Promise<unknown> => store.put({ key: bytes('a') });
  await Promise.all(Array.from({ length: 8 }, put));
  assert.equal(store.stats().commitBatches, 1);
  const slower = new Promise((resolve) => {
    setImmediate(() => resolve(Promise.all(Array.from({ length: 7 }, put))));
  });
  await Promise.all([put(), slower]);
  assert.equal(store.stats().commitBatches, 2);
  await store.close();
});

test('a refused request changes nothing for its neighbours in the batch', async () => {
  const { store } = await openMemoryStore(new MemoryDatabase());
  const answers = await Promise.allSettled([
    store.put({ key: bytes('a'), value: bytes('1') }),
    store.put({ key: bytes('none'), ignoreValue: true }),
    store.put({ key: bytes('a'), lease: 99n }),
    store.txn({
      success: [
        { requestPut: { key: bytes('b'), value: bytes('1') } },
        { requestRange: { key: bytes('a'), revision: 9 } },
      ],
    }),
    store.deleteRange({ key: bytes('none') }),
    store.put({ key: bytes('c'), value: bytes('1') }),
  ]);
  const reported = answers.map((answer) =>
    answer.status === 'fulfilled' ? answer.value.header.revision : (answer.reason as { code: string }).code,
  );
  assert.deepEqual(reported, [2, 'keyNotFound', 'leaseNotFound', 'futureRevision', 2, 3]);
  await store.close();
});

test('a request that breaks the evaluation fails alone', async () => {
  const { store } = await openMemoryStore(new MemoryDatabase());
  const broken = {
    success: [{ requestPut: { key: bytes('half') } }, { requestPut: { key: undefined as never } }],
  };
  const answers = await Promise.allSettled([
    store.put({ key: bytes('a') }),
    store.committer.submit((batch) => {
      batch.put('half', bytes('x'), 0n);
      throw new TypeError('a bug');
    }, 0),
    store.put({ key: bytes('b') }),
  ]);
  assert.deepEqual(
    answers.map((answer) =>
      answer.status === 'fulfilled' ? 'done' : (answer.reason as { code: string }).code,
    ),
    ['done', 'corrupt', 'done'],
  );
  await assert.rejects(store.txn(broken));
  assert.equal((await store.range({ key: bytes('half') })).count, 0);
  assert.equal(store.currentRevision, 3);
  await store.close();
});

for (const fault of ['loseBefore', 'loseAfter'] satisfies Fault[]) {
  test(`an unknown outcome (${fault}) is resolved before it is answered`, async () => {
    const database = new MemoryDatabase();
    const { store } = await openMemoryStore(database);
    let faults = 0;
    database.fault = () => (faults++ % 2 === 0 ? fault : 'none');
    for (let i = 0; i < 5; i++) await store.put({ key: bytes('a'), value: bytes(String(i)) });
    const { kvs } = await store.range({ key: bytes('a') });
    assert.deepEqual([kvs[0]?.version, kvs[0]?.modRevision, database.rows.size], [5, 6, 5]);
    assert.ok(store.stats().commitsUnknown > 0);
    await store.close();
  });
}

test('an answer that changes nothing is checked against the fence, too', async () => {
  const database = new MemoryDatabase();
  const [ours, other] = await Promise.all([openMemoryStore(database), openMemoryStore(database)]);
  await other.store.put({ key: bytes('a'), value: bytes('1') });
  const answer = await ours.store.txn({
    compare: [{ key: bytes('a'), target: 'VERSION', version: 1 }],
    success: [{ requestRange: { key: bytes('a') } }],
    failure: [{ requestDeleteRange: { key: bytes('a') } }],
  });
  assert.deepEqual([answer.succeeded, answer.header.revision], [true, 2]);
  assert.deepEqual((await ours.store.deleteRange({ key: bytes('b') })).header.revision, 2);
  assert.equal(database.fence.commitIndex, 2, 'and moves nothing');
  await Promise.all([ours.store.close(), other.store.close()]);
});

test('a full queue refuses more, and what waits too long is told that nothing happened', async () => {
  const database = new MemoryDatabase();
  // Time passes only between attempts: nobody is in the middle of one when its time is over.
  let now = 0;
  const sleep = (ms: number): Promise<void> => {
    now += ms;
    return new Promise((resolve) => setTimeout(resolve, ms));
  };
  const clock = { now: () => now, sleep };
  const { store } = await openMemoryStore(database, { requestTimeoutMs: 150, clock });
  database.fault = () => 'refuse';
  const waiting = Array.from({ length: maxQueuedRequests }, (_, i) => store.put({ key: bytes(`k${i}`) }));
  const settled = Promise.allSettled(waiting);
  const more = await Promise.allSettled(
    Array.from({ length: 2000 }, () => store.put({ key: bytes('more') })),
  );
  const codes = (answers: PromiseSettledResult<unknown>[]): Set<string> =>
    new Set(
      answers.map((answer) =>
        answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'done',
      ),
    );
  assert.ok(codes(more).has('tooManyRequests'));
  assert.deepEqual(codes(await settled), new Set(['unavailable']));
  database.fault = () => 'none';
  assert.equal((await store.put({ key: bytes('after') })).header.revision, 2);
  await store.close();
  await assert.rejects(store.put({ key: bytes('closed') }), { code: 'stopped' });
});

test('reads that wait together share one question, and none is answered by a question asked before it', async () => {
  const database = new MemoryDatabase();
  const { store, shim } = await openMemoryStore(database);
  let asked = 0;
  const readFence = shim.readFence.bind(shim);
  shim.readFence = async (): Promise<Fence> => {
    asked++;
    const fence = await readFence();
    // Something is committed elsewhere right after this question was answered.
    database.apply(
      { ...fence, expected: fence.commitIndex, revision: fence.revision, rows: [], grants: [], revokes: [] },
      99n,
    );
    return fence;
  };
  const first = store.readIndex();
  await new Promise(setImmediate);
  const late = Array.from({ length: 50 }, () => store.range({ key: bytes('a') }));
  await Promise.all([first, ...late]);
  assert.equal(asked, 2);
  await store.close();
});

test('a shim that is alone asks nothing: not for reads, nor for writes that change nothing', async () => {
  const { store, shim } = await openMemoryStore(new MemoryDatabase(), { isAlone: true });
  await store.put({ key: bytes('a'), value: bytes('1') });
  let asked = 0;
  const readFence = shim.readFence.bind(shim);
  shim.readFence = (): Promise<Fence> => {
    asked++;
    return readFence();
  };
  assert.equal((await store.range({ key: bytes('a') })).kvs[0]?.modRevision, 2);
  assert.equal((await store.deleteRange({ key: bytes('b') })).header.revision, 2);
  assert.equal(await store.readIndex(), 2);
  assert.equal(asked, 0);
  await store.catchUp();
  assert.equal(asked, 1, 'but looks when it is told to');
  await store.close();
});

test('a read of a shim that is alone sees a write as soon as it is answered, and not before', async () => {
  const database = new MemoryDatabase();
  const { store } = await openMemoryStore(database, { isAlone: true });
  for (const fault of ['none', 'loseBefore', 'loseAfter'] satisfies Fault[]) {
    const before = await store.range({ key: bytes('a') });
    let faults = 0;
    database.fault = () => (faults++ === 0 ? fault : 'none');
    const writing = store.put({ key: bytes('a'), value: bytes(fault) });
    const during = await store.range({ key: bytes('a') });
    assert.deepEqual(during.kvs, before.kvs, `${fault}: not applied yet`);
    const { header } = await writing;
    const after = await store.range({ key: bytes('a') });
    assert.equal(after.kvs[0]?.modRevision, header.revision, fault);
    assert.equal(Buffer.from(after.kvs[0]?.value ?? []).toString(), fault);
  }
  await store.close();
});
