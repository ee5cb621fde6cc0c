import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDatabase } from './memory-database.ts';
import { openMemoryStore } from './open-memory-store.ts';
import { runRandomHistory } from './random-history.ts';
import { Random, testSeed } from './random.ts';

const tiny = { recentChanges: 5, watchPageRows: 2, missedPageRows: 2 };

const variants = [
  { name: 'one shim', shims: 1, valueCacheBytes: 1_000_000, faults: false, limits: {} },
  { name: 'one shim without a value cache', shims: 1, valueCacheBytes: 0, faults: false, limits: {} },
  { name: 'three shims with tiny caches', shims: 3, valueCacheBytes: 20, faults: false, limits: tiny },
  { name: 'two shims whose connections break', shims: 2, valueCacheBytes: 100, faults: true, limits: tiny },
  {
    name: 'a shim that is alone, whose connections break',
    shims: 1,
    valueCacheBytes: 100,
    faults: true,
    limits: tiny,
    isAlone: true,
  },
];

for (const variant of variants) {
  test(`random operations agree with the naive model: ${variant.name}`, async (t) => {
    const random = new Random(testSeed());
    t.diagnostic(`PG8S_TEST_SEED=${random.seed}`);
    const database = new MemoryDatabase();
    if (variant.faults) {
      const faults = new Random(random.seed + 1);
      database.fault = () => faults.pick(['none', 'none', 'none', 'loseBefore', 'loseAfter'] as const);
    }
    const shims = await Promise.all(
      Array.from({ length: variant.shims }, () => openMemoryStore(database, variant)),
    );
    const hints = setInterval(() => shims.forEach(({ shim }) => shim.hinted()), 5);
    try {
      const model = await runRandomHistory({ random, operations: 500, shims });
      const revisions = shims.map(({ store }) => store.readIndex());
      assert.deepEqual(
        await Promise.all(revisions),
        shims.map(() => model.revision),
      );
    } finally {
      clearInterval(hints);
      await Promise.all(shims.map(({ store }) => store.close()));
    }
  });
}
