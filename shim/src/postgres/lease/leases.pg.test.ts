import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../mvcc/testing/until.ts';
import { TestDatabase } from '../testing/test-database.ts';

const bytes = (value: string): Buffer => Buffer.from(value);
const never = 3_600_000;

/** Lets time pass in the database: its clock cannot be moved, its deadlines can. */
async function pass(database: TestDatabase, seconds: number): Promise<void> {
  await database.query(
    `UPDATE pg8s.leases SET expires_at = expires_at - $1 * interval '1 second' WHERE NOT revoked`,
    [seconds],
  );
}

test('a restart neither resets a lease nor forgets it', async (t) => {
  const database = await TestDatabase.create(t);
  const first = await database.open({ reapIntervalMs: never });
  const { id } = await first.lessor.grant({ ttlSeconds: 100 });
  await first.store.put({ key: bytes('a'), value: bytes('1'), lease: id });
  await pass(database, 60);
  await first.close();

  const second = await database.open();
  const left = await second.lessor.timeToLive({ id, keys: true });
  assert.ok(left.ttlSeconds >= 38 && left.ttlSeconds <= 40, `${left.ttlSeconds} s left`);
  assert.equal(left.grantedTtlSeconds, 100);
  assert.deepEqual(left.keys, [bytes('a')]);
  await second.close();

  await pass(database, 40);
  const third = await database.open();
  await until('the lease to end', async () => (await third.lessor.leases()).leases.length === 0);
  assert.equal((await third.store.range({ key: bytes('a') })).count, 0);
});

test('an expired lease takes its keys with it in one revision, which watchers on every shim see', async (t) => {
  const database = await TestDatabase.create(t);
  const [first, second] = await Promise.all([database.open(), database.open()]);
  const { id } = await first.lessor.grant({ ttlSeconds: 50 });
  const kept = await first.lessor.grant({ ttlSeconds: 5000 });
  for (const key of ['c', 'a', 'b']) await first.store.put({ key: bytes(key), lease: id });
  await second.store.put({ key: bytes('kept'), lease: kept.id });
  await second.store.put({ key: bytes('b'), lease: kept.id });
  const seen: string[] = [];
  second.store.watch(
    { key: bytes('\0'), rangeEnd: bytes('\0') },
    {
      events: (_revision, events) => {
        for (const { type, kv } of events) seen.push(`${kv.modRevision} ${type} ${String(kv.key)}`);
        return true;
      },
      compacted: () => assert.fail('compacted'),
    },
  );
  await pass(database, 60);
  await until('the keys to go', async () => (await second.store.range({ key: bytes('a') })).count === 0);
  await until('the events', () => seen.length > 0);
  assert.deepEqual(seen, ['7 DELETE a', '7 DELETE c']);
  assert.deepEqual((await second.lessor.leases()).leases, [{ id: kept.id }]);
  const { ttlSeconds, keys } = await first.lessor.timeToLive({ id: kept.id, keys: true });
  assert.deepEqual([ttlSeconds > 4900, keys.map(String)], [true, ['b', 'kept']]);
});

test('a keepalive gives the whole time again, unless it comes too late', async (t) => {
  const database = await TestDatabase.create(t);
  const { lessor, store } = await database.open({ reapIntervalMs: never });
  const { id } = await lessor.grant({ ttlSeconds: 60 });
  await pass(database, 50);
  const many = await Promise.all(Array.from({ length: 50 }, () => lessor.renew({ id })));
  assert.ok(many.every((answer) => answer.ttlSeconds === 60));
  assert.ok((await lessor.timeToLive({ id })).ttlSeconds >= 58);
  await pass(database, 70);
  assert.equal((await lessor.renew({ id })).ttlSeconds, 0);
  // It is there until it is revoked.
  const over = await lessor.timeToLive({ id });
  assert.deepEqual([over.ttlSeconds <= -9 && over.ttlSeconds > -60, over.grantedTtlSeconds], [true, 60]);
  await lessor.revoke({ id });
  const gone = await lessor.timeToLive({ id });
  assert.deepEqual([gone.ttlSeconds, gone.grantedTtlSeconds], [-1, 0]);
  assert.equal((await lessor.renew({ id: 12345n })).ttlSeconds, 0);
  assert.equal(store.currentRevision, 1, 'leases take no revisions');
});

test('grants and revocations are one history for all shims', async (t) => {
  const database = await TestDatabase.create(t);
  const [first, second] = await Promise.all([database.open(), database.open()]);
  await first.lessor.grant({ id: 7n, ttlSeconds: 100 });
  await assert.rejects(second.lessor.grant({ id: 7n, ttlSeconds: 100 }), { code: 'leaseExists' });
  await second.store.put({ key: bytes('k'), lease: 7n });
  assert.deepEqual((await first.lessor.timeToLive({ id: 7n, keys: true })).keys, [bytes('k')]);
  await first.lessor.revoke({ id: 7n });
  await assert.rejects(second.store.put({ key: bytes('k'), lease: 7n }), { code: 'leaseNotFound' });
  await assert.rejects(second.lessor.revoke({ id: 7n }), { code: 'leaseNotFound' });
  assert.equal((await second.store.range({ key: bytes('k') })).count, 0);
  assert.equal(
    (await second.lessor.grant({ id: 7n, ttlSeconds: 1 })).ttlSeconds,
    2,
    'no shorter than the minimum',
  );
  assert.equal((await first.lessor.timeToLive({ id: 7n })).grantedTtlSeconds, 2);
  await assert.rejects(first.lessor.grant({ ttlSeconds: 9_000_000_001 }), { code: 'leaseTtlTooLarge' });
  assert.ok((await first.lessor.grant({ ttlSeconds: 9_000_000_000 })).id > 0n);
});
