import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRandomHistory } from '../../mvcc/testing/random-history.ts';
import { Random, testSeed } from '../../mvcc/testing/random.ts';
import { TestDatabase } from '../testing/test-database.ts';

test('random operations on two shims of one PostgreSQL agree with the naive model', async (t) => {
  const random = new Random(testSeed());
  t.diagnostic(`PG8S_TEST_SEED=${random.seed}`);
  const database = await TestDatabase.create(t);
  const shims = await Promise.all([
    database.open({ valueCacheBytes: 30, limits: { recentChanges: 5, watchPageRows: 2, missedPageRows: 2 } }),
    database.open({ hints: false }),
  ]);
  const model = await runRandomHistory({ random, operations: 600, shims });
  for (const { store } of shims) assert.equal(await store.readIndex(), model.revision);
});
