import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { Compare, RangeRequest } from '../../etcdserverpb/types.ts';
import { MemoryDatabase } from '../testing/memory-database.ts';
import { openMemoryStore, type MemoryStore } from '../testing/open-memory-store.ts';
import { plain } from '../testing/plain.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** a: created 2, changed 4 ("3"); b: created 3 ("2"); c: created 5 ("1"), with a lease. */
async function filled(valueCacheBytes = 1000): Promise<MemoryStore> {
  const opened = await openMemoryStore(new MemoryDatabase(), { valueCacheBytes });
  const { store, lessor } = opened;
  await store.put({ key: bytes('a'), value: bytes('0') });
  await store.put({ key: bytes('b'), value: bytes('2') });
  await store.put({ key: bytes('a'), value: bytes('3') });
  await lessor.grant({ id: 5n, ttlSeconds: 100 });
  await store.put({ key: bytes('c'), value: bytes('1'), lease: 5n });
  return opened;
}

async function keys(opened: MemoryStore, request: Partial<RangeRequest>): Promise<string> {
  const answer = await opened.store.range({ key: bytes('a'), rangeEnd: bytes('\0'), ...request });
  return `${answer.kvs.map((kv) => bytes(String(Buffer.from(kv.key)))).join('')} of ${answer.count}${answer.more ? '+' : ''}`;
}

for (const valueCacheBytes of [1000, 0]) {
  test(`sorting, limiting and filtering with ${valueCacheBytes} bytes of cached values`, async () => {
    const opened = await filled(valueCacheBytes);
    const cases: [Partial<RangeRequest>, string][] = [
      [{}, 'abc of 3'],
      [{ limit: 2 }, 'ab of 3+'],
      [{ limit: 3 }, 'abc of 3'],
      [{ sortOrder: 'DESCEND' }, 'cba of 3'],
      [{ sortOrder: 'DESCEND', limit: 1 }, 'c of 3+'],
      [{ sortOrder: 'ASCEND', sortTarget: 'VALUE' }, 'cba of 3'],
      [{ sortOrder: 'DESCEND', sortTarget: 'VALUE', limit: 1, keysOnly: true }, 'a of 3+'],
      [{ sortOrder: 'ASCEND', sortTarget: 'CREATE' }, 'abc of 3'],
      [{ sortOrder: 'DESCEND', sortTarget: 'MOD' }, 'cab of 3'],
      [{ sortOrder: 'DESCEND', sortTarget: 'VERSION', limit: 1 }, 'a of 3+'],
      // Without an order etcd limits by key first.
      [{ sortTarget: 'VALUE', limit: 1 }, 'b of 3+'],
      [{ minModRevision: 4 }, 'ac of 3'],
      [{ maxModRevision: 4, limit: 1 }, 'a of 3+'],
      [{ minCreateRevision: 3, maxCreateRevision: 3 }, 'b of 3'],
      [{ countOnly: true, limit: 1 }, ' of 3'],
      [{ revision: 3 }, 'ab of 2'],
      [{ revision: 2 }, 'a of 1'],
      [{ revision: 1 }, ' of 0'],
      [{ key: bytes('b'), rangeEnd: bytes('a') }, ' of 0'],
      [{ key: bytes('b'), rangeEnd: bytes('') }, 'b of 1'],
    ];
    for (const [request, expected] of cases)
      assert.equal(await keys(opened, request), expected, JSON.stringify(request));
    const { kvs } = await opened.store.range({ key: bytes('c'), keysOnly: true });
    assert.deepEqual(plain(kvs), [
      { key: 'c', createRevision: 5, modRevision: 5, version: 1, value: '', lease: 5n },
    ]);
    await assert.rejects(opened.store.range({ key: bytes('a'), revision: 6 }), { code: 'futureRevision' });
    await opened.store.close();
  });
}

test('compares: every target and result, ranges, and keys that are not there', async () => {
  const { store } = await filled();
  const holds = async (...compare: Compare[]): Promise<boolean> => (await store.txn({ compare })).succeeded;
  const a = { key: bytes('a') };
  const all = { key: bytes('a'), rangeEnd: bytes('\0') };
  const none = { key: bytes('x') };
  const cases: [boolean, ...Compare[]][] = [
    [true],
    [true, { ...a, target: 'VERSION', version: 2 }],
    [true, { ...a, target: 'CREATE', createRevision: 2 }],
    [true, { ...a, target: 'MOD', modRevision: 4 }],
    [true, { ...a, target: 'VALUE', value: bytes('3') }],
    [true, { key: bytes('c'), target: 'LEASE', lease: 5n }],
    [false, { ...a, target: 'MOD', modRevision: 3 }],
    [true, { ...a, target: 'MOD', result: 'GREATER', modRevision: 3 }],
    [true, { ...a, target: 'MOD', result: 'LESS', modRevision: 5 }],
    [true, { ...a, target: 'MOD', result: 'NOT_EQUAL', modRevision: 5 }],
    [true, { ...a, target: 'VALUE', result: 'GREATER', value: bytes('2z') }],
    [true, { ...all, target: 'MOD', result: 'GREATER', modRevision: 2 }],
    [false, { ...all, target: 'VERSION', version: 1 }],
    [true, { ...none, target: 'VERSION', version: 0 }],
    [true, { ...none, target: 'MOD' }],
    [true, { ...none }],
    [false, { ...none, target: 'VALUE', result: 'NOT_EQUAL', value: bytes('1') }],
    [false, { ...none, target: 'VALUE', value: bytes('') }],
    // Numbers that are no target and no result.
    [true, { ...a, target: '9' as 'VALUE', version: 77 }],
    [false, { ...a, target: '9' as 'VALUE', result: 'LESS' }],
    [true, { ...a, result: '9' as 'LESS', version: 77 }],
    [false, { ...a, target: 'VERSION', version: 2 }, { ...none, target: 'MOD', modRevision: 1 }],
  ];
  for (const [expected, ...compares] of cases)
    assert.equal(await holds(...compares), expected, inspect(plain(compares)));
  await store.close();
});

for (const valueCacheBytes of [1000, 0]) {
  test(`only the branch that values choose can fail, with ${valueCacheBytes} bytes of cached values`, async () => {
    const { store } = await filled(valueCacheBytes);
    const compare: Compare[] = [{ key: bytes('a'), target: 'VALUE', result: 'EQUAL', value: bytes('3') }];
    const now = [{ requestRange: { key: bytes('b') } }];
    const never = [{ requestRange: { key: bytes('b'), revision: 100 } }];
    const { succeeded, responses } = await store.txn({ compare, success: now, failure: never });
    assert.deepEqual([succeeded, responses.length], [true, 1]);
    await assert.rejects(store.txn({ compare, success: never, failure: now }), { code: 'futureRevision' });
    await store.close();
  });
}

test('operations see those before them; compares, nested ones too, only what was before the txn', async () => {
  const { store } = await filled();
  const answer = await store.txn({
    success: [
      { requestRange: { key: bytes('a') } },
      { requestPut: { key: bytes('a'), value: bytes('new'), prevKv: true } },
      { requestRange: { key: bytes('a') } },
      {
        requestTxn: {
          compare: [{ key: bytes('a'), target: 'VALUE', value: bytes('3') }],
          success: [{ requestDeleteRange: { key: bytes('b'), rangeEnd: bytes('d'), prevKv: true } }],
        },
      },
      { requestRange: { key: bytes('a'), rangeEnd: bytes('\0'), countOnly: true } },
      { requestRange: { key: bytes('a'), rangeEnd: bytes('\0'), revision: 5 } },
    ],
  });
  const reported = plain(answer) as { responses: Record<string, { header: { revision: number } }>[] };
  const [before, put, after, nested, count, past] = reported.responses.map(
    (response) => Object.values(response)[0],
  ) as [
    { header: { revision: number }; kvs: { value: string }[] },
    { header: { revision: number }; prevKv: { value: string; version: number } },
    { header: { revision: number }; kvs: { value: string; version: number }[] },
    {
      header: { revision: number };
      succeeded: boolean;
      responses: { responseDeleteRange: { deleted: number; prevKvs: { key: string; value: string }[] } }[];
    },
    { header: { revision: number }; count: number },
    { kvs: { key: string; value: string }[] },
  ];
  assert.deepEqual([before.header.revision, before.kvs[0]?.value], [5, '3']);
  assert.deepEqual([put.header.revision, put.prevKv.value, put.prevKv.version], [6, '3', 2]);
  assert.deepEqual([after.header.revision, after.kvs[0]?.value, after.kvs[0]?.version], [6, 'new', 3]);
  assert.deepEqual([nested.header.revision, nested.succeeded], [0, true]);
  assert.deepEqual(
    nested.responses[0]?.responseDeleteRange.prevKvs.map((kv) => kv.key + kv.value),
    ['b2', 'c1'],
  );
  assert.deepEqual([count.header.revision, count.count], [6, 1]);
  assert.deepEqual(
    past.kvs.map((kv) => kv.key + kv.value),
    ['a3', 'b2', 'c1'],
  );
  assert.equal(answer.header.revision, 6);
  await store.close();
});

test('a put may keep the value or the lease that is there', async () => {
  for (const valueCacheBytes of [1000, 0]) {
    const { store, lessor } = await filled(valueCacheBytes);
    await store.put({ key: bytes('c'), ignoreValue: true });
    await store.put({ key: bytes('b'), value: bytes('y'), lease: 5n });
    await store.put({ key: bytes('b'), value: bytes('z'), ignoreLease: true });
    const { kvs } = await store.range({ key: bytes('b'), rangeEnd: bytes('d') });
    assert.deepEqual(
      kvs.map((kv) => `${String(Buffer.from(kv.value))} ${kv.lease}`),
      ['z 5', '1 0'],
    );
    assert.deepEqual((await lessor.timeToLive({ id: 5n, keys: true })).keys.map(String), ['b']);
    await store.close();
  }
});
