import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutoCompactor } from './auto-compaction.ts';
import { StoreError } from '../store-error.ts';

function fakeStore() {
  const store = {
    currentRevision: 1,
    compactRevision: 0,
    failure: undefined as StoreError | undefined,
    async compact({ revision }: { revision: number }) {
      await undefined;
      if (store.failure !== undefined) throw store.failure;
      store.compactRevision = revision;
      return { header: { clusterId: 0n, memberId: 0n, revision: store.currentRevision, raftTerm: 0 } };
    },
  };
  return store;
}

const minute = 60_000;

test('by time: what was newest a period ago, once per period', async () => {
  const store = fakeStore();
  const compactor = new AutoCompactor(store, { mode: 'periodic', periodMs: 10 * minute });
  assert.equal(compactor.tickMs, minute);
  const compacted: (readonly [minute: number, revision: number])[] = [];
  for (let now = 0; now <= 30; now++) {
    store.currentRevision = 100 + now;
    const revision = await compactor.tick(now * minute);
    if (revision !== undefined) compacted.push([now, revision]);
  }
  assert.deepEqual(compacted, [
    [10, 100],
    [20, 110],
    [30, 120],
  ]);
});

test('by time: longer than an hour compacts hourly', async () => {
  const store = fakeStore();
  const compactor = new AutoCompactor(store, { mode: 'periodic', periodMs: 120 * minute });
  const compacted: number[] = [];
  for (let now = 0; now <= 240; now += compactor.tickMs / minute) {
    store.currentRevision = 1 + now;
    if ((await compactor.tick(now * minute)) !== undefined) compacted.push(now);
  }
  assert.deepEqual(compacted, [120, 180, 240]);
});

test('by revision; nothing twice; another shim may be faster; failures are told', async () => {
  const store = fakeStore();
  const compactor = new AutoCompactor(store, { mode: 'revision', revisions: 10 });
  assert.equal(await compactor.tick(0), undefined);
  store.currentRevision = 25;
  assert.equal(await compactor.tick(1), 15);
  assert.equal(await compactor.tick(2), undefined);
  store.currentRevision = 30;
  store.failure = new StoreError('compacted');
  assert.equal(await compactor.tick(3), undefined);
  store.failure = new StoreError('unavailable');
  await assert.rejects(compactor.tick(4), { code: 'unavailable' });
});
