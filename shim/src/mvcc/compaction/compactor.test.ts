import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '../clock.ts';
import { CommittedState } from '../committed-state.ts';
import { MemoryDatabase } from '../testing/memory-database.ts';
import { openMemoryStore } from '../testing/open-memory-store.ts';
import { until } from '../testing/until.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

test('a running shim finishes the compaction of one that died', async () => {
  const database = new MemoryDatabase();
  const [dying, living] = await Promise.all([openMemoryStore(database), openMemoryStore(database)]);
  for (let i = 0; i < 1500; i++) await dying.store.put({ key: bytes(`k${i % 10}`), value: bytes(`${i}`) });
  await dying.store.deleteRange({ key: bytes('k3') });
  dying.shim.deleteRows = () => Promise.reject(new Error('dead'));
  await dying.store.compact({ revision: 1502, physical: true });
  await living.store.readIndex();
  assert.equal(database.rows.size, 1501);
  await until('the rows to go', async () => {
    await living.store.sweepIfNeeded();
    return database.fence.sweptRevision === 1502;
  });
  assert.deepEqual(
    database.sortedRows().map((row) => row.revision),
    [1492, 1493, 1494, 1496, 1497, 1498, 1499, 1500, 1501, 1502],
  );
  await living.store.sweepIfNeeded();
  await Promise.all([dying.store.close(), living.store.close()]);
});

test('a deleted key stays deleted for who loads while two shims compact', async () => {
  const database = new MemoryDatabase();
  const [slow, quick] = await Promise.all([
    openMemoryStore(database),
    openMemoryStore(database, { clock: hurriedClock() }),
  ]);
  await slow.store.put({ key: bytes('k'), value: bytes('old') });
  await slow.store.put({ key: bytes('k'), value: bytes('newer') });
  slow.shim.deleteRows = () => new Promise(() => {});
  await slow.store.compact({ revision: 3 });
  await quick.store.deleteRange({ key: bytes('k') });
  const { header } = await quick.store.put({ key: bytes('other'), value: bytes('') });
  const deleteRows = quick.shim.deleteRows.bind(quick.shim);
  const loaded: string[][] = [];
  quick.shim.deleteRows = async (refs) => {
    for (const ref of refs) {
      await deleteRows([ref]);
      const state = new CommittedState(0);
      await state.load(database.connect());
      loaded.push(['k', 'other'].filter((key) => state.view().current(key) !== undefined));
    }
  };
  await quick.store.compact({ revision: header.revision });
  await until('the compaction to end', () => database.fence.sweptRevision === header.revision);
  assert.deepEqual(loaded, [['other'], ['other'], ['other']]);
  assert.deepEqual(
    database.sortedRows().map((row) => row.key),
    ['other'],
  );
  await quick.store.close();
});

/** A clock that goes on as far as it is asked to wait. */
function hurriedClock(): Clock {
  let nowMs = 0;
  return {
    ...systemClock,
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
      await new Promise(setImmediate);
    },
  };
}

test('writes and reads go on while a large compaction runs', async () => {
  const database = new MemoryDatabase();
  const { store, shim } = await openMemoryStore(database);
  for (let i = 0; i < 40; i++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, k) => store.put({ key: bytes(`k${k}`), value: bytes(`${i}`) })),
    );
  }
  const deleteRows = shim.deleteRows.bind(shim);
  let running = 0;
  shim.deleteRows = async (refs) => {
    assert.ok(refs.length <= 500, `${refs.length} rows in one step`);
    running++;
    await store.put({ key: bytes('during'), value: bytes(`${running}`) });
    await deleteRows(refs);
  };
  const before = await store.range({ key: bytes('k'), rangeEnd: bytes('l') });
  const { header } = await store.compact({ revision: 4001 });
  assert.equal(header.revision, 4001);
  await assert.rejects(store.range({ key: bytes('k1'), revision: 4000 }), { code: 'compacted' });
  const during = await store.range({ key: bytes('k'), rangeEnd: bytes('l'), revision: 4001 });
  assert.deepEqual(during.kvs, before.kvs);
  await until('the compaction to end', () => database.fence.sweptRevision === 4001);
  assert.ok(running > 5, `${running} steps`);
  assert.equal(database.rows.size, 100 + running);
  await store.close();
});
