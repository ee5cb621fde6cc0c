import assert from 'node:assert/strict';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type { RangeRequest } from '../../etcdserverpb/types.ts';
import { type ConformanceCase, text } from '../case.ts';

const { INVALID_ARGUMENT, OUT_OF_RANGE, NOT_FOUND } = grpcCode;

/** Range, Put and DeleteRange. */
export const kvCases: readonly ConformanceCase[] = [
  {
    name: 'a key that is not there',
    async run(world) {
      const { kvs, count, more, header } = await world.get('none');
      assert.deepEqual([kvs, count, more], [[], 0, false]);
      assert.ok(
        header.revision >= 1 && header.clusterId !== 0n && header.memberId !== 0n && header.raftTerm >= 1,
      );
    },
  },
  {
    name: 'create, update, delete and create again: revisions and versions',
    async run(world) {
      const created = await world.put('a', 'one');
      const updated = await world.put('a', 'two');
      assert.equal(updated.header.revision, created.header.revision + 1);
      const [kv] = (await world.get('a')).kvs;
      assert.equal(kv?.createRevision, created.header.revision);
      assert.equal(kv?.modRevision, updated.header.revision);
      assert.deepEqual([kv?.version, text(kv?.value ?? Buffer.of()), kv?.lease], [2, 'two', 0n]);
      const deleted = await world.client.deleteRange({ key: world.key('a') });
      assert.deepEqual([deleted.deleted, deleted.prevKvs], [1, []]);
      assert.equal(deleted.header.revision, updated.header.revision + 1);
      const again = await world.put('a', 'three');
      const [reborn] = (await world.get('a')).kvs;
      assert.deepEqual(
        [reborn?.createRevision, reborn?.modRevision, reborn?.version],
        [again.header.revision, again.header.revision, 1],
      );
    },
  },
  {
    name: 'a delete that finds nothing takes no revision',
    async run(world) {
      const { header } = await world.put('a');
      const deleted = await world.client.deleteRange({ key: world.key('none') });
      assert.deepEqual([deleted.deleted, deleted.header.revision], [0, header.revision]);
    },
  },
  {
    name: 'ranges: half open, from a key on, reversed, one key',
    async run(world) {
      for (const name of ['a', 'aa', 'b', 'c']) await world.put(name);
      const between = await world.client.range({ key: world.key('a'), rangeEnd: world.key('c') });
      assert.deepEqual(world.names(between.kvs), ['a', 'aa', 'b']);
      const fromKey = await world.client.range({ key: world.key('b'), rangeEnd: Buffer.from('\0') });
      assert.deepEqual(world.names(fromKey.kvs).slice(0, 2), ['b', 'c']);
      const reversed = await world.client.range({ key: world.key('c'), rangeEnd: world.key('a') });
      assert.deepEqual([reversed.kvs, reversed.count], [[], 0]);
      const one = await world.client.range({ key: world.key('a'), rangeEnd: Buffer.of() });
      assert.deepEqual(world.names(one.kvs), ['a']);
      const nothing = await world.client.range({ key: world.key('a'), rangeEnd: world.key('a') });
      assert.equal(nothing.count, 0);
    },
  },
  {
    name: 'keys are bytes, ordered as bytes',
    async run(world) {
      const odd = [[0x00], [0x01, 0xff], [0x7f], [0x80], [0xc3, 0x28], [0xff], [0xff, 0x00]];
      const key = (tail: number[]): Uint8Array => Buffer.concat([world.key(''), Buffer.from(tail)]);
      for (const tail of [...odd].toReversed())
        await world.client.put({ key: key(tail), value: Buffer.from(tail) });
      const { kvs } = await world.list();
      assert.deepEqual(
        kvs.map((kv) => Array.from(kv.value)),
        odd,
      );
    },
  },
  {
    name: 'limit, more and count',
    async run(world) {
      for (const name of ['a', 'b', 'c']) await world.put(name);
      const results = [];
      for (const limit of [0, 1, 3, 4, -1]) {
        const { kvs, more, count } = await world.list({ limit });
        results.push([kvs.length, more, count]);
      }
      assert.deepEqual(results, [
        [3, false, 3],
        [1, true, 3],
        [3, false, 3],
        [3, false, 3],
        [3, false, 3],
      ]);
    },
  },
  {
    name: 'count_only and keys_only',
    async run(world) {
      await world.put('a', 'value');
      await world.put('b', 'value');
      const counted = await world.list({ countOnly: true, limit: 1 });
      assert.deepEqual([counted.kvs, counted.count, counted.more], [[], 2, false]);
      const { kvs } = await world.list({ keysOnly: true });
      assert.deepEqual(world.names(kvs), ['a', 'b']);
      assert.deepEqual([kvs[0]?.value.length, kvs[0]?.version], [0, 1]);
      assert.ok((kvs[0]?.modRevision ?? 0) > 0);
    },
  },
  {
    name: 'reads in the past and in the future',
    async run(world) {
      const first = (await world.put('a', 'one')).header.revision;
      await world.put('b');
      await world.put('a', 'two');
      await world.client.deleteRange({ key: world.key('a') });
      const past = await world.list({ revision: first });
      assert.deepEqual(world.names(past.kvs), ['a']);
      assert.equal(text(past.kvs[0]?.value ?? Buffer.of()), 'one');
      // The header speaks of now, not of then.
      assert.ok(past.header.revision >= first + 3);
      assert.deepEqual(world.names((await world.list({ revision: first + 2 })).kvs), ['a', 'b']);
      assert.deepEqual(world.names((await world.list({ revision: -1 })).kvs), ['b']);
      await world.refuses(
        world.list({ revision: past.header.revision + 1000 }),
        OUT_OF_RANGE,
        'etcdserver: mvcc: required revision is a future revision',
      );
    },
  },
  {
    name: 'every sort target, both ways, and with a limit',
    async run(world) {
      await world.put('c', '1');
      await world.put('a', '3');
      await world.put('b', '2');
      await world.put('c', '1');
      await world.put('c', '1');
      await world.put('a', '3');
      const sorted = async (options: Partial<RangeRequest>): Promise<string> =>
        world.names((await world.list(options)).kvs).join('');
      assert.equal(await sorted({ sortTarget: 'KEY', sortOrder: 'ASCEND' }), 'abc');
      assert.equal(await sorted({ sortTarget: 'KEY', sortOrder: 'DESCEND' }), 'cba');
      assert.equal(await sorted({ sortTarget: 'VERSION', sortOrder: 'ASCEND' }), 'bac');
      assert.equal(await sorted({ sortTarget: 'VERSION', sortOrder: 'DESCEND' }), 'cab');
      assert.equal(await sorted({ sortTarget: 'CREATE', sortOrder: 'ASCEND' }), 'cab');
      assert.equal(await sorted({ sortTarget: 'CREATE', sortOrder: 'DESCEND' }), 'bac');
      assert.equal(await sorted({ sortTarget: 'MOD', sortOrder: 'ASCEND' }), 'bca');
      assert.equal(await sorted({ sortTarget: 'MOD', sortOrder: 'DESCEND' }), 'acb');
      assert.equal(await sorted({ sortTarget: 'VALUE', sortOrder: 'ASCEND' }), 'cba');
      assert.equal(await sorted({ sortTarget: 'VALUE', sortOrder: 'DESCEND' }), 'abc');
      // A target without an order means ascending.
      assert.equal(await sorted({ sortTarget: 'MOD' }), 'bca');
      const top = await world.list({ sortTarget: 'MOD', sortOrder: 'DESCEND', limit: 2 });
      assert.deepEqual([world.names(top.kvs), top.more, top.count], [['a', 'c'], true, 3]);
    },
  },
  {
    name: 'bounds on mod and create revisions',
    async run(world) {
      const first = (await world.put('a')).header.revision;
      await world.put('b');
      await world.put('c');
      await world.put('a');
      const names = async (options: Partial<RangeRequest>): Promise<string[]> =>
        world.names((await world.list(options)).kvs);
      assert.deepEqual(await names({ minModRevision: first + 2 }), ['a', 'c']);
      assert.deepEqual(await names({ maxModRevision: first + 2 }), ['b', 'c']);
      assert.deepEqual(await names({ minCreateRevision: first + 1 }), ['b', 'c']);
      assert.deepEqual(await names({ maxCreateRevision: first + 1 }), ['a', 'b']);
      assert.deepEqual(await names({ minModRevision: first + 2, maxCreateRevision: first }), ['a']);
      const limited = await world.list({ minModRevision: first + 2, limit: 1 });
      assert.deepEqual([world.names(limited.kvs), limited.more, limited.count], [['a'], true, 3]);
    },
  },
  {
    name: 'serializable reads see what this server has acknowledged',
    async run(world) {
      await world.put('a', 'mine');
      const { kvs } = await world.get('a', { serializable: true });
      assert.equal(text(kvs[0]?.value ?? Buffer.of()), 'mine');
    },
  },
  {
    name: 'requests that no server takes',
    async run(world) {
      const { client } = world;
      const key = world.key('a');
      const empty = Buffer.of();
      const notProvided = 'etcdserver: key is not provided';
      await world.refuses(client.range({ key: empty }), INVALID_ARGUMENT, notProvided);
      await world.refuses(client.put({ key: empty }), INVALID_ARGUMENT, notProvided);
      await world.refuses(client.deleteRange({ key: empty, rangeEnd: key }), INVALID_ARGUMENT, notProvided);
      await world.refuses(
        client.put({ key, value: key, ignoreValue: true }),
        INVALID_ARGUMENT,
        'etcdserver: value is provided',
      );
      await world.refuses(
        client.put({ key, lease: 1n, ignoreLease: true }),
        INVALID_ARGUMENT,
        'etcdserver: lease is provided',
      );
      await world.refuses(
        client.put({ key, ignoreValue: true }),
        INVALID_ARGUMENT,
        'etcdserver: key not found',
      );
      await world.refuses(
        client.put({ key, ignoreLease: true }),
        INVALID_ARGUMENT,
        'etcdserver: key not found',
      );
      await world.refuses(
        client.put({ key, lease: 0x7ead_beefn }),
        NOT_FOUND,
        'etcdserver: requested lease not found',
      );
      assert.equal((await world.list()).count, 0);
    },
  },
  {
    name: 'sort options that do not exist',
    differsIn: { '3.4': 'does not check them' },
    async run(world) {
      const { client } = world;
      const key = world.key('a');
      const message = 'etcdserver: invalid sort option';
      await world.refuses(client.range({ key, sortOrder: '7' as 'NONE' }), INVALID_ARGUMENT, message);
      await world.refuses(client.range({ key, sortTarget: '7' as 'KEY' }), INVALID_ARGUMENT, message);
    },
  },
  {
    name: 'a value of 1 MiB is taken, one of 1.5 MiB is not',
    async run(world) {
      const value = Buffer.alloc(1024 * 1024, 'x');
      await world.client.put({ key: world.key('large'), value });
      const [kv] = (await world.get('large')).kvs;
      assert.ok(value.equals(kv?.value ?? Buffer.of()));
      await world.refuses(
        world.client.put({ key: world.key('larger'), value: Buffer.alloc(1.5 * 1024 * 1024) }),
        INVALID_ARGUMENT,
        'etcdserver: request is too large',
      );
      await world.client.deleteRange({ key: world.key('large') });
    },
  },
  {
    name: 'prev_kv, ignore_value and ignore_lease',
    async run(world) {
      const { client } = world;
      const key = world.key('a');
      const { id: lease } = await client.leaseGrant({ ttlSeconds: 600 });
      assert.equal(
        (await client.put({ key, value: Buffer.from('one'), lease, prevKv: true })).prevKv,
        undefined,
      );
      const kept = await client.put({ key, value: Buffer.from('two'), ignoreLease: true, prevKv: true });
      assert.deepEqual([text(kept.prevKv?.value ?? Buffer.of()), kept.prevKv?.lease], ['one', lease]);
      assert.equal((await world.get('a')).kvs[0]?.lease, lease);
      await client.put({ key, ignoreValue: true });
      const [kv] = (await world.get('a')).kvs;
      assert.deepEqual([text(kv?.value ?? Buffer.of()), kv?.lease, kv?.version], ['two', 0n, 3]);
      const gone = await client.deleteRange({ key, prevKv: true });
      assert.deepEqual([gone.deleted, gone.prevKvs.length, gone.prevKvs[0]?.version], [1, 1, 3]);
      await client.leaseRevoke({ id: lease });
    },
  },
  {
    name: 'deleting a range',
    async run(world) {
      for (const name of ['a', 'b', 'c']) await world.put(name);
      const gone = await world.client.deleteRange({
        key: world.key('a'),
        rangeEnd: world.key('c'),
        prevKv: true,
      });
      assert.deepEqual([gone.deleted, world.names(gone.prevKvs)], [2, ['a', 'b']]);
      assert.deepEqual(world.names((await world.list()).kvs), ['c']);
    },
  },
];
