import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreError } from '../mvcc/store-error.ts';
import type { OpenedStore } from '../postgres/open-store.ts';
import { TestDatabase } from '../postgres/testing/test-database.ts';
import { Crc32c } from './bolt/crc32c.ts';
import { revisionKey } from './etcd-buckets.ts';
import { fillStore } from './testing/fill-store.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('the hash of two puts, worked by hand', async (t) => {
  const { store, upkeep } = await (await TestDatabase.create(t)).open();
  assert.equal((await upkeep.hashKv(0)).hash, new Crc32c().update(bytes('key')).digest());
  await store.put({ key: bytes('a'), value: bytes('x') });
  await store.deleteRange({ key: bytes('a') });
  const hash = new Crc32c()
    .update(bytes('key'))
    .update(revisionKey({ revision: 2, sub: 0, tombstone: false }))
    // key, create revision, revision, version, value
    .update(Uint8Array.of(0x0a, 1, 0x61, 0x10, 2, 0x18, 2, 0x20, 1, 0x2a, 1, 0x78))
    .update(revisionKey({ revision: 3, sub: 0, tombstone: true }))
    .update(Uint8Array.of(0x0a, 1, 0x61));
  const whole = { hash: hash.digest(), compactRevision: -1, hashRevision: 3, revision: 3 };
  assert.deepEqual(await upkeep.hashKv(0), whole);
  assert.deepEqual(await upkeep.hashKv(3), whole);
  assert.notEqual((await upkeep.hashKv(2)).hash, whole.hash);
});

test('when nobody sees anything, what was seen at the compaction counts', async (t) => {
  const { store, upkeep } = await (await TestDatabase.create(t)).open();
  await store.put({ key: bytes('a'), value: bytes('x') });
  const before = await upkeep.hashKv(2);
  await store.compact({ revision: 2, physical: true });
  await store.deleteRange({ key: bytes('a') });
  const deletion = [revisionKey({ revision: 3, sub: 0, tombstone: true }), Uint8Array.of(0x0a, 1, 0x61)];
  const put = [
    revisionKey({ revision: 2, sub: 0, tombstone: false }),
    Uint8Array.of(0x0a, 1, 0x61, 0x10, 2, 0x18, 2, 0x20, 1, 0x2a, 1, 0x78),
  ];
  const hashOf = (parts: readonly Uint8Array[]): number =>
    new Crc32c().update(Buffer.concat([bytes('key'), ...parts])).digest();
  assert.equal((await upkeep.hashKv(2)).hash, before.hash);
  assert.equal((await upkeep.hashKv(0)).hash, hashOf([...put, ...deletion]));
  // Somebody sees something: then what is seen now counts.
  await store.put({ key: bytes('a'), value: bytes('x') });
  const again = [
    revisionKey({ revision: 4, sub: 0, tombstone: false }),
    Uint8Array.of(0x0a, 1, 0x61, 0x10, 4, 0x18, 4, 0x20, 1, 0x2a, 1, 0x78),
  ];
  assert.equal((await upkeep.hashKv(0)).hash, hashOf([...deletion, ...again]));
});

test('the same on every shim, and before and after the rows of a compaction are deleted', async (t) => {
  const database = await TestDatabase.create(t);
  const opened = await database.open();
  await fillStore(opened);
  const { store, upkeep } = opened;
  const other = await database.open();
  const current = store.currentRevision;
  const everyHash = async (of: OpenedStore, from: number): Promise<number[]> => {
    const hashes: number[] = [];
    for (let revision = from; revision <= current; revision++) {
      hashes.push((await of.upkeep.hashKv(revision)).hash);
    }
    return hashes;
  };
  assert.deepEqual(
    await everyHash(other, store.compactRevision),
    await everyHash(opened, store.compactRevision),
  );

  const compacted = current - 3;
  const rowCount = async (): Promise<unknown> =>
    (await database.query('SELECT count(*)::int AS n FROM pg8s.history'))[0]?.['n'];
  const before = await rowCount();
  const kept = await database.query('SELECT * FROM pg8s.history ORDER BY revision, sub');
  await store.compact({ revision: compacted, physical: true });
  const swept = await everyHash(opened, compacted);
  assert.notEqual(await rowCount(), before);
  // The rows come back, as if the shim that deletes them had been slow.
  for (const row of kept) {
    await database.query(
      `INSERT INTO pg8s.history (revision, sub, create_revision, version, lease, tombstone, key, value)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      ['revision', 'sub', 'create_revision', 'version', 'lease', 'tombstone', 'key', 'value'].map(
        (name) => row[name],
      ),
    );
  }
  assert.equal(await rowCount(), before);
  assert.deepEqual(await everyHash(opened, compacted), swept);
  assert.deepEqual(await everyHash(other, compacted), swept);
  assert.equal((await other.upkeep.hashKv(0)).compactRevision, compacted);
  assert.deepEqual(await upkeep.hash('3.6.0'), await other.upkeep.hash('3.6.0'));
});

test('the hash tells one value from another', async (t) => {
  const [one, two] = await Promise.all(
    ['same', 'other'].map(async (value) => {
      const { store, upkeep } = await (await TestDatabase.create(t)).open();
      await store.put({ key: bytes('a'), value: bytes(value) });
      return { kv: (await upkeep.hashKv(0)).hash, all: (await upkeep.hash('3.6.0')).hash };
    }),
  );
  assert.notEqual(one?.kv, two?.kv);
  assert.notEqual(one?.all, two?.all);
});

test('revisions that cannot be read cannot be hashed', async (t) => {
  const { store, upkeep } = await (await TestDatabase.create(t)).open();
  for (let count = 0; count < 3; count++) await store.put({ key: bytes('a') });
  await store.compact({ revision: 3 });
  await assert.rejects(upkeep.hashKv(2), ({ code }: StoreError) => code === 'compacted');
  await assert.rejects(upkeep.hashKv(5), ({ code }: StoreError) => code === 'futureRevision');
  assert.equal((await upkeep.hashKv(3)).compactRevision, 3);
});
