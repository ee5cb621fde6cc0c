import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Store, Watcher } from '../../mvcc/store.ts';
import { text } from '../../mvcc/testing/naive-store.ts';
import { until } from '../../mvcc/testing/until.ts';
import { TestDatabase } from '../testing/test-database.ts';

const bytes = (value: string): Buffer => Buffer.from(value);
const everything = { key: bytes('\0'), rangeEnd: bytes('\0') };

/** Watches everything and writes down each event as `revision key=value (before)`. */
function record(
  store: Store,
  startRevision: number,
): { seen: string[]; watcher: Watcher; compactedAt: number[] } {
  const seen: string[] = [];
  const compactedAt: number[] = [];
  const watcher = store.watch(
    { ...everything, startRevision, prevKv: true },
    {
      events: (_revision, events) => {
        for (const { type, kv, prevKv } of events) {
          const before = prevKv === undefined ? '' : ` (${text(prevKv.value)})`;
          seen.push(
            `${kv.modRevision} ${text(kv.key)}${type === 'PUT' ? `=${text(kv.value)}` : ' gone'}${before}`,
          );
        }
        return true;
      },
      compacted: (revision) => compactedAt.push(revision),
    },
  );
  return { seen, watcher, compactedAt };
}

test('a watcher resumes from history after a restart, then goes on live, without a gap or a repeat', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open();
  for (let i = 0; i < 30; i++) await first.store.put({ key: bytes(`k${i % 3}`), value: bytes(`${i}`) });
  await first.store.deleteRange({ key: bytes('k0') });
  await first.close();
  const { store } = await database.open({ limits: { watchPageRows: 4 } });
  const { seen, watcher } = record(store, 20);
  await store.put({ key: bytes('live'), value: bytes('1') });
  await until('the watcher to be synced', () => watcher.synced);
  await store.put({ key: bytes('live'), value: bytes('2') });
  assert.deepEqual(seen, [
    ...Array.from({ length: 12 }, (_, i) => `${20 + i} k${(18 + i) % 3}=${18 + i} (${15 + i})`),
    '32 k0 gone (27)',
    '33 live=1',
    '34 live=2 (1)',
  ]);
  assert.equal(watcher.deliveredRevision, 34);
});

for (const hints of [true, false]) {
  test(`a watcher on one shim sees what the other writes, ${hints ? 'with hints' : 'by polling alone'}`, async (t) => {
    const database = await TestDatabase.create(t);
    const writer = await database.open({ hints, name: 'writer' });
    const reader = await database.open({ hints, name: 'reader', pollIntervalMs: hints ? 60_000 : 10 });
    await until('the writer to know the reader', async () => (await writer.store.members()).length === 2);
    const { seen } = record(reader.store, 0);
    if (hints) {
      // The writer sends hints as soon as its heartbeat has seen somebody to send them to.
      await until('a hint to arrive', async () => {
        await writer.store.put({ key: bytes('early'), value: bytes('x') });
        return seen.length > 0;
      });
    }
    const from = writer.store.currentRevision;
    for (let i = 0; i < 20; i++) await writer.store.put({ key: bytes('k'), value: bytes(`${i}`) });
    await until('all events', () => seen.at(-1)?.startsWith(`${from + 20} `) ?? false);
    assert.deepEqual(
      seen.slice(-20),
      Array.from({ length: 20 }, (_, i) => `${from + 1 + i} k=${i}${i > 0 ? ` (${i - 1})` : ''}`),
    );
  });
}

test('a watch below the compacted revision is told so, also if another shim compacted', async (t) => {
  const database = await TestDatabase.create(t);
  const [first, second] = await Promise.all([
    database.open(),
    database.open({ pollIntervalMs: 60_000, hints: false, limits: { recentChanges: 1 } }),
  ]);
  for (let i = 0; i < 20; i++) await first.store.put({ key: bytes('k'), value: bytes(`${i}`) });
  await second.store.readIndex();
  await first.store.compact({ revision: 15, physical: true });
  // The second shim has not heard of the compaction, but cannot show history with holes.
  const { store } = second;
  const below = record(store, 14);
  const at = record(store, 15);
  await until('both to end', () => below.compactedAt.length > 0 && at.watcher.synced);
  assert.deepEqual(below, { ...below, seen: [], compactedAt: [15] });
  assert.equal(at.seen.length, 7);
  assert.equal(at.seen[0], '15 k=13');
});

test('a slow watcher costs only itself, and misses nothing', async (t) => {
  const database = await TestDatabase.create(t);
  const { store } = await database.open({ limits: { recentChanges: 10, watchPageRows: 7 } });
  const got: number[] = [];
  const slow = store.watch(everything, {
    events: (_revision, events) => {
      got.push(...events.map((event) => event.kv.modRevision));
      return false;
    },
    compacted: () => assert.fail('compacted'),
  });
  const { seen } = record(store, 0);
  for (let i = 0; i < 20; i++) {
    await Promise.all(
      Array.from({ length: 5 }, (_, k) => store.put({ key: bytes(`k${k}`), value: bytes(`${i}`) })),
    );
  }
  assert.equal(seen.length, 100, 'the fast one has everything when the writes are acknowledged');
  assert.ok(got.length < 100 && !slow.synced);
  await until('the slow one to have everything', () => {
    slow.resume();
    return got.length >= 100;
  });
  assert.deepEqual(
    got,
    Array.from({ length: 100 }, (_, i) => i + 2),
  );
});
