import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BoltEntry, planBoltFile, smallBucket, writeBoltFile, type BoltBucket } from './bolt-file.ts';
import { BoltFileError, BoltReader } from './bolt-reader.ts';

async function write(buckets: readonly BoltBucket[]): Promise<Buffer> {
  const plan = await planBoltFile(buckets);
  const pieces: Buffer[] = [];
  for await (const piece of writeBoltFile(plan, buckets)) pieces.push(piece);
  const file = Buffer.concat(pieces);
  assert.equal(file.length, plan.totalBytes);
  return file;
}

function numbered(count: number, valueBytes: (index: number) => number): BoltEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const key = Buffer.alloc(17);
    key.writeUInt32BE(index);
    return { key, value: Buffer.alloc(valueBytes(index), index) };
  });
}

function assertEntries(actual: readonly BoltEntry[] | undefined, expected: readonly BoltEntry[]): void {
  assert.equal(actual?.length, expected.length);
  for (const [index, { key, value }] of expected.entries()) {
    assert.equal(Buffer.compare((actual[index] as BoltEntry).key, key), 0, `key ${index}`);
    assert.equal(Buffer.compare((actual[index] as BoltEntry).value, value), 0, `value ${index}`);
  }
}

test('buckets without entries', async () => {
  const file = await write([smallBucket('a', []), smallBucket('b', [])]);
  assert.equal(file.length, 6 * 4096);
  assert.deepEqual([...new BoltReader(file).readBuckets().keys()], ['a', 'b']);
});

test('entries come back in order, whatever order they were given in', async () => {
  const entries = numbered(50, () => 3);
  const file = await write([smallBucket('only', entries.toReversed())]);
  assertEntries(new BoltReader(file).readBuckets().get('only'), entries);
});

// Around the numbers at which a leaf, a branch, and a branch of branches are just full: 108 entries of 37
// bytes fill a leaf, 123 children a branch.
for (const count of [1, 107, 108, 109, 13_175, 13_176, 13_284, 13_285, 13_400, 40_000]) {
  test(`a tree of ${count} entries`, async () => {
    const entries = numbered(count, () => 4);
    const file = await write([smallBucket('a', []), smallBucket('key', entries), smallBucket('z', entries)]);
    const buckets = new BoltReader(file).readBuckets();
    assertEntries(buckets.get('key'), entries);
    assertEntries(buckets.get('z'), entries);
  });
}

test('values larger than pages overflow', async () => {
  const entries = numbered(60, (index) => (index % 3 === 0 ? 1 << (index / 3) : index));
  assertEntries(new BoltReader(await write([smallBucket('key', entries)])).readBuckets().get('key'), entries);
});

test('entries that differ from those planned are not passed over', async () => {
  let turn = 0;
  const shifty: BoltBucket = {
    ...smallBucket(
      'key',
      numbered(10, () => 1),
    ),
    async *entries() {
      yield await Promise.resolve(numbered(++turn > 0 ? 1000 : 10, () => 1));
    },
  };
  await assert.rejects(write([shifty]), /not as it was planned/);
});

test('the reader sees damage', async () => {
  const file = await write([
    smallBucket(
      'key',
      numbered(1000, () => 40),
    ),
  ]);
  const damaged = (at: number, byte: number): Buffer => {
    const copy = Buffer.from(file);
    copy[at] = byte;
    return copy;
  };
  // The first meta page alone is not needed; both are.
  assert.ok(new BoltReader(damaged(16 + 40, 1)).readBuckets());
  const twice = damaged(16 + 40, 1);
  twice[4096 + 16 + 40] = 1;
  assert.throws(() => new BoltReader(twice), BoltFileError);
  assert.throws(() => new BoltReader(damaged(3 * 4096, 9)).readBuckets(), /calls itself/);
  assert.throws(() => new BoltReader(file.subarray(0, -1)), /do not fit/);
  assert.throws(() => new BoltReader(damaged(4 * 4096 + 16 + 4, 255)).readBuckets(), BoltFileError);
});
