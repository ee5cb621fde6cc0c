import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Store } from '../../mvcc/store.ts';
import { plain } from '../../mvcc/testing/plain.ts';
import { until } from '../../mvcc/testing/until.ts';
import { CuttingProxy, type Cut } from '../testing/cutting-proxy.ts';
import type { OpenedStore } from '../open-store.ts';
import { TestDatabase } from '../testing/test-database.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** Adds one to the number in `key`, as often as another was faster. */
async function increment(store: Store, key: string): Promise<number> {
  for (;;) {
    const { kvs } = await store.range({ key: bytes(key) });
    const [before] = kvs;
    const answer = await store.txn({
      compare: [{ key: bytes(key), target: 'MOD', modRevision: before?.modRevision ?? 0 }],
      success: [
        {
          requestPut: {
            key: bytes(key),
            value: bytes(String(Number(Buffer.from(before?.value ?? []).toString()) + 1)),
          },
        },
      ],
    });
    if (answer.succeeded) return answer.header.revision;
  }
}

async function valueOf(store: Store, key: string): Promise<string> {
  const { kvs } = await store.range({ key: bytes(key) });
  return Buffer.from(kvs[0]?.value ?? []).toString();
}

async function proxied(t: TestContext, database: TestDatabase): Promise<CuttingProxy> {
  const proxy = await CuttingProxy.start(database.url);
  t.after(() => proxy.stop());
  return proxy;
}

test('an empty store is at revision 1, its first write makes 2, and concurrent writes are dense', async (t) => {
  const database = await TestDatabase.create(t);
  const { store } = await database.open();
  assert.equal(store.currentRevision, 1);
  assert.equal((await store.range({ key: bytes('a') })).header.revision, 1);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, i) => store.put({ key: bytes(`k${i % 7}`), value: bytes(String(i)) })),
  );
  assert.deepEqual(
    answers.map((answer) => answer.header.revision),
    Array.from({ length: 300 }, (_, i) => i + 2),
  );
  const rows = await database.query('SELECT revision FROM pg8s.history ORDER BY revision');
  assert.deepEqual(
    rows.map((row) => Number(row['revision'])),
    Array.from({ length: 300 }, (_, i) => i + 2),
  );
  assert.ok(store.stats().commitBatches < 100, `${store.stats().commitBatches} batches for 300 puts`);
});

test('two shims racing on one database lose no update, and each sees the other at once', async (t) => {
  const database = await TestDatabase.create(t);
  const shims = await Promise.all([database.open(), database.open({ hints: false })]);
  const revisions: number[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      const { store } = shims[worker % 2] as (typeof shims)[number];
      for (let i = 0; i < 15; i++) revisions.push(await increment(store, `counter${worker % 3}`));
    }),
  );
  assert.deepEqual(
    revisions.sort((a, b) => a - b),
    Array.from({ length: 120 }, (_, i) => i + 2),
    'every increment has a revision of its own, without holes',
  );
  for (const { store } of shims) {
    const values = await Promise.all(['counter0', 'counter1', 'counter2'].map((key) => valueOf(store, key)));
    assert.deepEqual(values, ['45', '45', '30']);
  }
  const conflicts = shims.map(({ store }) => store.stats().commitConflicts);
  assert.ok(Math.max(...conflicts) > 0, 'the shims never met: the test shows nothing');
  const [first, second] = shims;
  for (let i = 0; i < 20; i++) {
    await first.store.put({ key: bytes('seen'), value: bytes(String(i)) });
    assert.equal(await valueOf(second.store, 'seen'), String(i));
  }
});

for (const cut of ['request', 'answer', 'late'] satisfies Cut[]) {
  test(`a connection lost in a commit (${cut}): the write is applied once, and reported as done`, async (t) => {
    const database = await TestDatabase.create(t);
    const proxy = await proxied(t, database);
    const { store } = await database.open({ connectionString: proxy.url });
    await increment(store, 'n');
    for (let i = 0; i < 5; i++) {
      proxy.cutNext('commit', cut);
      await Promise.all([increment(store, 'n'), increment(store, 'm')]);
    }
    assert.equal(proxy.cuts, 5);
    assert.ok(store.stats().commitsUnknown >= 5);
    for (const late of proxy.late) await late.deliver();
    assert.deepEqual([await valueOf(store, 'n'), await valueOf(store, 'm')], ['6', '5']);
    const revision = await store.readIndex();
    const rows = await database.query('SELECT revision FROM pg8s.history ORDER BY revision, sub');
    assert.deepEqual(
      rows.map((row) => Number(row['revision'])),
      Array.from({ length: revision - 1 }, (_, i) => i + 2),
      'no row is missing, none was written twice',
    );
  });
}

test('backends killed again and again under load: nothing acknowledged is lost or doubled', async (t) => {
  const database = await TestDatabase.create(t);
  const shims = await Promise.all([database.open(), database.open()]);
  let acknowledged = 0;
  let killed = 0;
  const killing = (async () => {
    // After some progress: on a busy machine to connect takes longer than any fixed time.
    for (let goal = 0; goal < 60; goal += 3) {
      await until('progress', () => acknowledged >= goal, 60_000);
      killed += await database.killBackends();
    }
  })();
  await Promise.all(
    Array.from({ length: 6 }, async (_, worker) => {
      const { store } = shims[worker % 2] as (typeof shims)[number];
      for (let i = 0; i < 10;) {
        try {
          await increment(store, 'n');
          i++;
          acknowledged++;
        } catch (error) {
          // Only an answer that leaves the outcome open, or says that nothing was done, is an honest one.
          assert.equal((error as { code?: string }).code, 'unavailable');
        }
      }
    }),
  );
  await killing;
  assert.ok(killed > 20, `${killed} backends were killed: the test shows little`);
  for (const { store } of shims) assert.equal(await valueOf(store, 'n'), '60');
});

test('while the database is away requests wait, and fail as unavailable; afterwards everything goes on', async (t) => {
  const database = await TestDatabase.create(t);
  const proxy = await proxied(t, database);
  const { store } = await database.open({ connectionString: proxy.url, requestTimeoutMs: 300 });
  await store.put({ key: bytes('a'), value: bytes('1') });
  proxy.refusing = true;
  // The first one was sent before anybody noticed: its end is open. The next one was certainly not.
  await assert.rejects(store.put({ key: bytes('a'), value: bytes('1') }), { code: 'timeout' });
  await assert.rejects(store.put({ key: bytes('a'), value: bytes('2') }), { code: 'unavailable' });
  await assert.rejects(store.range({ key: bytes('a') }), { code: 'unavailable' });
  assert.equal((await store.range({ key: bytes('a'), serializable: true })).kvs.length, 1);
  proxy.refusing = false;
  await until('a write to succeed again', async () =>
    store.put({ key: bytes('b'), value: bytes('1') }).then(
      () => true,
      () => false,
    ),
  );
  assert.equal(await valueOf(store, 'a'), '1');
});

test('a restart keeps keys, revisions, versions, history and compaction', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open();
  const everything = { key: bytes('\0'), rangeEnd: bytes('\0') };
  for (let i = 0; i < 40; i++) await first.store.put({ key: bytes(`k${i % 10}`), value: bytes(`v${i}`) });
  await first.store.deleteRange({ key: bytes('k3') });
  await first.store.compact({ revision: 20, physical: true });
  const before = await first.store.range(everything);
  const past = await first.store.range({ ...everything, revision: 25 });
  const { clusterId } = first.store;
  await first.close();
  await assert.rejects(first.store.range(everything), { code: 'stopped' });

  const { store } = await database.open();
  assert.deepEqual(plain(await store.range(everything)), plain(before));
  assert.deepEqual(plain(await store.range({ ...everything, revision: 25 })), plain(past));
  await assert.rejects(store.range({ ...everything, revision: 19 }), { code: 'compacted' });
  assert.equal(store.clusterId, clusterId);
  assert.ok(store.raftTerm > first.store.raftTerm);
  const { header, prevKv } = await store.put({ key: bytes('k1'), value: bytes('next'), prevKv: true });
  assert.equal(header.revision, before.header.revision + 1);
  assert.equal(prevKv?.version, 4);
});

test('values larger than the cache, empty ones, and any bytes in keys come back as they were', async (t) => {
  const database = await TestDatabase.create(t);
  const { store } = await database.open({ valueCacheBytes: 1000 });
  const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const big = Buffer.alloc(1_400_000, every);
  await store.put({ key: every, value: big });
  await store.put({ key: Buffer.from([0]), value: Buffer.alloc(0) });
  await store.put({ key: Buffer.alloc(20_000, 'k'), value: every });
  const { kvs } = await store.range({ key: Buffer.from([0]), rangeEnd: Buffer.from([0]) });
  assert.deepEqual(
    kvs.map((kv) => [
      kv.key.length,
      Buffer.from(kv.value).equals([Buffer.alloc(0), big, every][kvs.indexOf(kv)] as Buffer),
    ]),
    [
      [1, true],
      [256, true],
      [20_000, true],
    ],
  );
  assert.ok(Buffer.from(kvs[1]?.key ?? []).equals(every));
});

test('a newer schema and an unreachable database are refused with a clear message', async (t) => {
  const database = await TestDatabase.create(t);
  await (await database.open()).close();
  await database.query(`INSERT INTO pg8s.migrations (version, name) VALUES (999, 'future')`);
  await assert.rejects(database.open(), {
    code: 'corrupt',
    message: /schema is at version 999, newer than this/,
  });
  await assert.rejects(database.open({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }), {
    code: 'unavailable',
    message: /cannot connect to the database/,
  });
});

test('shims that start together on an empty database all get the same one', async (t) => {
  const database = await TestDatabase.create(t);
  const shims = await Promise.all(['a', 'b', 'c'].map((name) => database.open({ name })));
  assert.equal(new Set(shims.map(({ store }) => store.clusterId)).size, 1);
  assert.equal(new Set(shims.map(({ store }) => store.memberId)).size, 3);
  assert.equal((await (shims[0] as OpenedStore).store.members()).length, 3);
  await shims[2]?.close();
  assert.equal((await (shims[0] as OpenedStore).store.members()).length, 2);
});
