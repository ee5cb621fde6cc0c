import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Watcher } from '../store.ts';
import { MemoryDatabase } from '../testing/memory-database.ts';
import { openMemoryStore } from '../testing/open-memory-store.ts';
import { until } from '../testing/until.ts';

const key = Buffer.from('a');
const put = (value: string) => ({ key, value: Buffer.from(value) });

for (const [where, startRevision] of [
  ['now', 0],
  ['in memory', 3],
  ['in history', 2],
  ['in the future', 6],
] as const)
  test(`no callback before watch() has returned, and none after cancel(), from ${where}`, async () => {
    const database = new MemoryDatabase();
    const first = await openMemoryStore(database);
    for (const value of ['1', '2', '3']) await first.store.put(put(value)); // 2 3 4
    // Another store has no recent changes: what is past, it reads.
    const { store } = startRevision === 2 ? await openMemoryStore(database) : first;
    let watcher: Watcher | undefined;
    let calls = 0;
    let early = 0;
    const watching = store.watch(
      { key, startRevision },
      {
        events: () => {
          calls++;
          if (watcher === undefined) early++;
          watcher?.cancel();
          return true;
        },
        compacted: () => assert.fail('nothing was compacted'),
        synced: () => {
          if (watcher === undefined) early++;
        },
      },
    );
    watcher = watching;
    for (const value of ['4', '5', '6']) await store.put(put(value)); // 5 6 7
    await until('the first events', () => calls > 0);
    for (const value of ['7', '8']) await store.put(put(value));
    await store.readIndex();
    assert.deepEqual([calls, early], [1, 0]);
    assert.equal(store.stats().watchers, 0);
    await Promise.all([store.close(), first.store.close()]);
  });

test('a watch that begins below the compaction is told so once, after watch() has returned, unless it is canceled', async () => {
  const { store } = await openMemoryStore(new MemoryDatabase());
  for (const value of ['1', '2', '3']) await store.put(put(value));
  await store.compact({ revision: 4 });
  let returned = false;
  const reported: [number, boolean][] = [];
  store.watch(
    { key, startRevision: 2 },
    { events: () => true, compacted: (revision) => reported.push([revision, returned]) },
  );
  const never = { events: () => true, compacted: () => assert.fail('it was canceled') };
  store.watch({ key, startRevision: 2 }, never).cancel();
  returned = true;
  await until('the end', () => reported.length > 0);
  await store.put(put('4'));
  assert.deepEqual(reported, [[4, true]]);
  await store.close();
});
