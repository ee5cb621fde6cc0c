import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../mvcc/testing/until.ts';
import { TestDatabase } from '../testing/test-database.ts';

const bytes = (value: string): Buffer => Buffer.from(value);

async function revisionsIn(database: TestDatabase): Promise<number[]> {
  const rows = await database.query('SELECT revision FROM pg8s.history ORDER BY revision, sub');
  return rows.map((row) => Number(row['revision']));
}

test('a compaction answers with etcd’s rules and leaves only what can still be seen', async (t) => {
  const database = await TestDatabase.create(t);
  const [first, second] = await Promise.all([database.open(), database.open()]);
  const { store } = first;
  for (const value of ['1', '2', '3']) await store.put({ key: bytes('a'), value: bytes(value) }); // 2 3 4
  await store.put({ key: bytes('b'), value: bytes('1') }); // 5
  await store.deleteRange({ key: bytes('b') }); // 6
  await store.put({ key: bytes('a'), value: bytes('4') }); // 7
  await assert.rejects(store.compact({ revision: 8 }), { code: 'futureRevision' });
  await store.compact({ revision: 6, physical: true });
  assert.deepEqual(
    await revisionsIn(database),
    [4, 6, 7],
    'a tombstone at the compacted revision stays for watchers',
  );
  await assert.rejects(second.store.compact({ revision: 6 }), { code: 'compacted' });
  await assert.rejects(second.store.range({ key: bytes('a'), revision: 5 }), { code: 'compacted' });
  const { kvs } = await second.store.range({ key: bytes('a'), revision: 6 });
  assert.deepEqual(
    [String(Buffer.from(kvs[0]?.value ?? [])), kvs[0]?.version, kvs[0]?.createRevision],
    ['3', 3, 2],
  );
  await second.store.compact({ revision: 7, physical: true });
  assert.deepEqual(await revisionsIn(database), [7]);
  await until('both to forget', async () => {
    await first.store.readIndex();
    return first.store.stats().indexedRevisions === 1 && second.store.stats().indexedRevisions === 1;
  });
});

test('what a shim leaves behind when it dies in a compaction is deleted after the next start', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open();
  for (let i = 0; i < 20; i++) await first.store.put({ key: bytes(`k${i % 2}`), value: bytes(`${i}`) });
  await first.close();
  // As if it had died between deciding and deleting.
  await database.query('UPDATE pg8s.revision SET compact_revision = 18, commit_index = commit_index + 1');
  const second = await database.open();
  await assert.rejects(second.store.range({ key: bytes('k0'), revision: 17 }), { code: 'compacted' });
  await until('the rows to go', async () => (await revisionsIn(database)).length === 5);
  assert.deepEqual(await revisionsIn(database), [17, 18, 19, 20, 21]);
  await until('the end to be noted', async () => {
    const [row] = await database.query('SELECT swept_revision FROM pg8s.revision');
    return Number(row?.['swept_revision']) === 18;
  });
});

test('a shim that was away beyond a compaction loads everything again, and its watchers learn of it', async (t) => {
  const database = await TestDatabase.create(t);
  const [awake, asleep] = await Promise.all([
    database.open(),
    database.open({ hints: false, pollIntervalMs: 3_600_000, valueCacheBytes: 0 }),
  ]);
  await awake.store.put({ key: bytes('gone'), value: bytes('x') });
  await asleep.store.readIndex();
  await awake.store.deleteRange({ key: bytes('gone') });
  for (let i = 0; i < 10; i++) await awake.store.put({ key: bytes('k'), value: bytes(`${i}`) });
  const revisions: number[] = [];
  asleep.store.watch(
    { key: bytes('\0'), rangeEnd: bytes('\0') },
    {
      events: (_revision, events) => revisions.push(...events.map((event) => event.kv.modRevision)) > 0,
      compacted: (revision) => revisions.push(-revision),
    },
  );
  await awake.store.compact({ revision: 12, physical: true });
  const { kvs, header } = await asleep.store.range({ key: bytes('\0'), rangeEnd: bytes('\0') });
  assert.deepEqual([header.revision, kvs.map((kv) => String(Buffer.from(kv.key)))], [13, ['k']]);
  await until('the watcher to learn of it', () => revisions.length > 0);
  assert.deepEqual(revisions, [-12]);
});

test('the room of a large compaction can be used again at once', async (t) => {
  const database = await TestDatabase.create(t);
  const { store } = await database.open();
  // Nobody else does it.
  await database.query('ALTER TABLE pg8s.history SET (autovacuum_enabled = off)');
  const rewrite = async (): Promise<void> => {
    const txn = (i: number) =>
      store.txn({
        success: Array.from({ length: 100 }, (_, j) => ({
          requestPut: { key: bytes(`k${j}`), value: bytes(`${i}`) },
        })),
      });
    for (let i = 0; i < 110; i++) await txn(i);
  };
  const size = async (): Promise<number> => {
    const [row] = await database.query("SELECT pg_relation_size('pg8s.history') AS size");
    return Number(row?.['size']);
  };
  await rewrite();
  const before = await size();
  await store.compact({ revision: store.currentRevision, physical: true });
  await until('a vacuum', async () => {
    const [row] = await database.query(
      "SELECT vacuum_count AS vacuums FROM pg_stat_all_tables WHERE relid = 'pg8s.history'::regclass",
    );
    return Number(row?.['vacuums']) === 1;
  });
  await rewrite();
  const after = await size();
  assert.ok(after <= before * 1.1, `${before} bytes became ${after}`);
});

test('a compaction at 0 is one, once, on every shim and after a restart', async (t) => {
  const database = await TestDatabase.create(t);
  const [first, second] = await Promise.all([database.open(), database.open()]);
  assert.equal(first.store.compactRevision, -1);
  await assert.rejects(first.store.compact({ revision: -1 }), { code: 'compacted' });
  assert.equal((await first.store.compact({ revision: 0, physical: true })).header.revision, 1);
  await assert.rejects(first.store.compact({ revision: 0 }), { code: 'compacted' });
  await assert.rejects(second.store.compact({ revision: 0 }), { code: 'compacted' });
  await Promise.all([first.close(), second.close()]);
  const third = await database.open();
  assert.equal(third.store.compactRevision, 0);
  await assert.rejects(third.store.compact({ revision: 0 }), { code: 'compacted' });
  await third.store.compact({ revision: 1, physical: true });
});

test('what was before a compacted event is shown by no shim, whether it has it in memory or not', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open();
  // Revisions 2 to 4.
  for (const value of ['1', '2', '3']) await first.store.put({ key: bytes('a'), value: bytes(value) });
  await first.store.compact({ revision: 3 });
  const second = await database.open();
  for (const { store } of [first, second]) {
    const seen: (string | undefined)[] = [];
    const watcher = store.watch(
      { key: bytes('a'), startRevision: 3, prevKv: true },
      {
        events: (_revision, events) => {
          for (const { prevKv } of events)
            seen.push(prevKv === undefined ? undefined : Buffer.from(prevKv.value).toString());
          return true;
        },
        compacted: () => assert.fail('not compacted'),
      },
    );
    await until('the events', async () => watcher.deliveredRevision === 4);
    watcher.cancel();
    assert.deepEqual(seen, [undefined, '2']);
  }
});

test('members tell their peer URLs', async (t) => {
  const database = await TestDatabase.create(t);
  const peerUrls = ['http://b:2380', 'http://a:2380'];
  const { store } = await database.open({ peerUrls });
  const [member] = await store.members();
  assert.deepEqual(member?.peerUrls, peerUrls.toSorted());
});
