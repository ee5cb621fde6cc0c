import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDatabase } from '../testing/memory-database.ts';
import { openMemoryStore } from '../testing/open-memory-store.ts';
import type { MvccStore } from '../mvcc-store.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const put = (store: MvccStore, value: string) => store.put({ key: bytes('a'), value: bytes(value) });

/** A way back to what the database holds now: as if a server took over that had heard of nothing later. */
function remember(database: MemoryDatabase): () => void {
  const { fence } = database;
  const [rows, lastCommits] = [new Map(database.rows), new Map(database.lastCommits)];
  return () => {
    database.fence = fence;
    for (const [now, then] of [
      [database.rows, rows],
      [database.lastCommits, lastCommits],
    ] as const) {
      now.clear();
      for (const [name, value] of then) (now as Map<unknown, unknown>).set(name, value);
    }
  };
}

async function refusesEverything(store: MvccStore): Promise<void> {
  const refusal = { code: 'corrupt', message: /has lost commits/ };
  const key = bytes('a');
  await assert.rejects(store.range({ key }), refusal);
  await assert.rejects(store.range({ key, serializable: true }), refusal);
  await assert.rejects(put(store, 'more'), refusal);
  await assert.rejects(store.compact({ revision: 2 }), refusal);
  await assert.rejects(store.readIndex(), refusal);
  assert.throws(() => store.watch({ key }, { events: () => true, compacted: () => undefined }), refusal);
}

for (const [how, use] of [
  ['a read', (store: MvccStore) => store.range({ key: bytes('a') })],
  ['a write', (store: MvccStore) => put(store, '3')],
  ['a refused write', (store: MvccStore) => store.put({ key: bytes('none'), ignoreValue: true })],
] as const)
  test(`${how} notices that the database has lost commits, and everything is refused from then on`, async () => {
    const database = new MemoryDatabase();
    const { store } = await openMemoryStore(database);
    const ended: number[] = [];
    const watching = { key: bytes('a'), startRevision: 2 };
    store.watch(watching, { events: () => true, compacted: (revision) => ended.push(revision) });
    await put(store, '1');
    const goBack = remember(database);
    await put(store, '2');
    goBack();
    await assert.rejects(use(store), { code: 'corrupt', message: /is at commit 2, but had acknowledged 3/ });
    await refusesEverything(store);
    assert.deepEqual(ended, [4], 'a watch ends');
    assert.equal(
      (await (await openMemoryStore(database)).store.range({ key: bytes('a') })).kvs[0]?.version,
      1,
    );
    await store.close();
  });

test('a shim whose commits are lost notices it, even if others have gone on', async () => {
  const database = new MemoryDatabase();
  const [ours, other] = await Promise.all([openMemoryStore(database), openMemoryStore(database)]);
  await put(ours.store, '1');
  await other.store.readIndex();
  const goBack = remember(database);
  await put(ours.store, '2');
  goBack();
  for (const value of ['x', 'y', 'z']) await put(other.store, value);
  await assert.rejects(ours.store.range({ key: bytes('a') }), { code: 'corrupt' });
  await refusesEverything(ours.store);
  assert.equal((await other.store.range({ key: bytes('a') })).kvs[0]?.version, 4);
  await Promise.all([ours.store.close(), other.store.close()]);
});
