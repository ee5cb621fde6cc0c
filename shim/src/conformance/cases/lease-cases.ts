import assert from 'node:assert/strict';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { type ConformanceCase, text } from '../case.ts';

const { FAILED_PRECONDITION, NOT_FOUND, OUT_OF_RANGE } = grpcCode;
const notFound = 'etcdserver: requested lease not found';

/** Leases. */
export const leaseCases: readonly ConformanceCase[] = [
  {
    name: 'grant: an id of the server, or one of our own',
    async run(world) {
      const { client } = world;
      const chosen = BigInt(Date.now()) * 1000n + BigInt(Math.floor(Math.random() * 1000));
      const own = await client.leaseGrant({ ttlSeconds: 300, id: chosen });
      assert.deepEqual([own.id, own.ttlSeconds, own.error], [chosen, 300, '']);
      await world.refuses(
        client.leaseGrant({ ttlSeconds: 300, id: chosen }),
        FAILED_PRECONDITION,
        'etcdserver: lease already exists',
      );
      const given = await client.leaseGrant({ ttlSeconds: 300 });
      assert.ok(given.id > 0n && given.id !== chosen);
      const { leases } = await client.leases();
      for (const id of [chosen, given.id]) assert.ok(leases.some((lease) => lease.id === id));
      await client.leaseRevoke({ id: chosen });
      await client.leaseRevoke({ id: given.id });
      assert.ok(!(await client.leases()).leases.some(({ id }) => id === chosen || id === given.id));
    },
  },
  {
    name: 'granting takes no revision',
    async run(world) {
      const { header } = await world.put('a');
      const granted = await world.client.leaseGrant({ ttlSeconds: 300 });
      assert.equal(granted.header.revision, header.revision);
      const revoked = await world.client.leaseRevoke({ id: granted.id });
      assert.equal(revoked.header.revision, header.revision);
    },
  },
  {
    name: 'a time to live beyond all bounds',
    run: (world) =>
      world.refuses(
        world.client.leaseGrant({ ttlSeconds: 9_000_000_001 }),
        OUT_OF_RANGE,
        'etcdserver: too large lease TTL',
      ),
  },
  {
    name: 'leases that are not there',
    async run(world) {
      const id = 0x7ead_beefn;
      await world.refuses(world.client.leaseRevoke({ id }), NOT_FOUND, notFound);
      assert.equal((await world.client.leaseKeepAlive({ id })).ttlSeconds, 0);
      const { ttlSeconds, grantedTtlSeconds, keys } = await world.client.leaseTimeToLive({ id, keys: true });
      assert.deepEqual([ttlSeconds, grantedTtlSeconds, keys], [-1, 0, []]);
    },
  },
  {
    name: 'keys attach with the last put that names the lease',
    async run(world) {
      const { client } = world;
      const { id: one } = await client.leaseGrant({ ttlSeconds: 300 });
      const { id: two } = await client.leaseGrant({ ttlSeconds: 300 });
      const keysOf = async (id: bigint): Promise<string[]> => {
        const { keys } = await client.leaseTimeToLive({ id, keys: true });
        return keys.map((key) => text(key).slice(world.prefix.length)).sort();
      };
      await world.put('a', 'v', one);
      await world.put('b', 'v', one);
      assert.deepEqual(await keysOf(one), ['a', 'b']);
      await world.put('a', 'v', two);
      await world.put('b', 'v');
      assert.deepEqual([await keysOf(one), await keysOf(two)], [[], ['a']]);
      await client.deleteRange({ key: world.key('a') });
      assert.deepEqual(await keysOf(two), []);
      const withoutKeys = await client.leaseTimeToLive({ id: two });
      assert.deepEqual([withoutKeys.keys, withoutKeys.grantedTtlSeconds], [[], 300]);
      assert.ok(withoutKeys.ttlSeconds > 290 && withoutKeys.ttlSeconds <= 300);
      await client.leaseRevoke({ id: one });
      await client.leaseRevoke({ id: two });
    },
  },
  {
    name: 'revoking deletes the keys, all in one revision, and watchers see it',
    async run(world) {
      const { client } = world;
      const { id } = await client.leaseGrant({ ttlSeconds: 300 });
      await world.put('a', 'v', id);
      await world.put('b', 'v', id);
      const { header } = await world.put('c', 'v');
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key(''), rangeEnd: world.end } });
      await watch.next();
      const revoked = await client.leaseRevoke({ id });
      assert.equal(revoked.header.revision, header.revision + 1);
      const { events } = await watch.next();
      assert.deepEqual(
        events.map(({ type, kv }) => [type, text(kv.key).slice(world.prefix.length), kv.modRevision]).sort(),
        [
          ['DELETE', 'a', revoked.header.revision],
          ['DELETE', 'b', revoked.header.revision],
        ],
      );
      assert.deepEqual(world.names((await world.list()).kvs), ['c']);
    },
  },
  {
    name: 'keepalive restores the whole time',
    async run(world) {
      const { id } = await world.client.leaseGrant({ ttlSeconds: 300 });
      const alive = await world.client.leaseKeepAlive({ id });
      assert.deepEqual([alive.id, alive.ttlSeconds], [id, 300]);
      await world.client.leaseRevoke({ id });
    },
  },
  {
    name: 'an expired lease takes its keys with it',
    async run(world) {
      const { id, ttlSeconds } = await world.client.leaseGrant({ ttlSeconds: 1 });
      assert.equal(ttlSeconds, 2);
      await world.put('a', 'v', id);
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('a') } });
      await watch.next();
      assert.deepEqual(await watch.events(1), [`DELETE ${world.prefix}a`]);
      assert.equal((await world.client.leaseTimeToLive({ id })).ttlSeconds, -1);
    },
  },
];
