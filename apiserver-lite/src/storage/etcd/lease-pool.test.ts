import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock } from '../testing/fake-clock.ts';
import { openFakeStorage } from '../testing/fake-storage.ts';
import { configMap } from '../testing/test-objects.ts';
import { LeasePool } from './lease-pool.ts';
import { FakeEtcd } from './testing/fake-etcd.ts';

const grants = (etcd: FakeEtcd) =>
  etcd.calls.flatMap((call) => (call.method === 'leaseGrant' ? [call.request.ttlSeconds] : []));

describe('leases of objects that expire', () => {
  test('expiries within a minute share one, those after it get another', async () => {
    const etcd = new FakeEtcd();
    const clock = new FakeClock();
    const pool = new LeasePool(etcd, clock);
    const first = await pool.leaseFor(3600);
    clock.advance(59_000);
    assert.equal(await pool.leaseFor(3600), first);
    assert.notEqual((clock.advance(2000), await pool.leaseFor(3600)), first);
    assert.deepEqual(grants(etcd), [3660, 3660]);
  });

  test('a short life is stretched by a twentieth only', async () => {
    const etcd = new FakeEtcd();
    await new LeasePool(etcd, new FakeClock()).leaseFor(100);
    assert.deepEqual(grants(etcd), [105]);
  });

  test('another TTL gets another lease', async () => {
    const etcd = new FakeEtcd();
    const pool = new LeasePool(etcd, new FakeClock());
    assert.notEqual(await pool.leaseFor(3600), await pool.leaseFor(60));
  });

  test('many who ask at once share one grant; a lease takes only so many objects', async () => {
    const etcd = new FakeEtcd();
    const pool = new LeasePool(etcd, new FakeClock(), { maxObjects: 5 });
    const leases = await Promise.all(Array.from({ length: 12 }, () => pool.leaseFor(3600)));
    assert.equal(grants(etcd).length, 3);
    const perLease = [...new Set(leases)].map((id) => leases.filter((lease) => lease === id).length);
    assert.deepEqual(perLease, [5, 5, 2]);
  });

  test('a failed grant fails who asked, not those who come later', async () => {
    const etcd = new FakeEtcd();
    const pool = new LeasePool(etcd, new FakeClock());
    etcd.failNext(new Error('no'));
    await assert.rejects(pool.leaseFor(60), /no/);
    await pool.leaseFor(60);
  });
});

describe('a stored object with a TTL', () => {
  const key = { namespace: 'default', name: 'event' };

  test('keeps its lease through updates, and is gone when it expires', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.create(key, configMap('event'), { ttlSeconds: 3600 });
    await storage.guaranteedUpdate(key, () => configMap('event', { count: '2' }));
    const [granted] = (await etcd.leases()).leases;
    assert.ok(granted);
    assert.equal((await etcd.leaseTimeToLive({ id: granted.id, keys: true })).keys.length, 1);
    etcd.expireLease(granted.id);
    await assert.rejects(storage.get(key, ''), /not found/);
  });

  test('a revoked lease is replaced', async () => {
    const { etcd, storage } = openFakeStorage();
    await storage.create(key, configMap('event'), { ttlSeconds: 3600 });
    const [granted] = (await etcd.leases()).leases;
    assert.ok(granted);
    etcd.expireLease(granted.id);
    await storage.create(key, configMap('event'), { ttlSeconds: 3600 });
    await storage.get(key, '');
    assert.equal(grants(etcd).length, 2);
  });
});
