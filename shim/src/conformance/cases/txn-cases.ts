import assert from 'node:assert/strict';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type { Compare, RequestOp, TxnResponse } from '../../etcdserverpb/types.ts';
import { type CaseWorld, type ConformanceCase, text } from '../case.ts';

const { INVALID_ARGUMENT, OUT_OF_RANGE, NOT_FOUND } = grpcCode;

const put = (world: CaseWorld, name: string, value = 'v', lease = 0n): RequestOp => ({
  requestPut: { key: world.key(name), value: Buffer.from(value), lease },
});
const get = (world: CaseWorld, name: string): RequestOp => ({ requestRange: { key: world.key(name) } });
const del = (world: CaseWorld, name: string, rangeEnd = Buffer.of()): RequestOp => ({
  requestDeleteRange: { key: world.key(name), rangeEnd },
});

async function holds(world: CaseWorld, compare: Compare): Promise<boolean> {
  return (await world.client.txn({ compare: [compare] })).succeeded;
}

function valueOf(response: TxnResponse, index: number): string | undefined {
  const op = response.responses[index];
  assert.ok(op !== undefined && 'responseRange' in op);
  const [kv] = op.responseRange.kvs;
  return kv === undefined ? undefined : text(kv.value);
}

/** Txn. */
export const txnCases: readonly ConformanceCase[] = [
  {
    name: 'create if absent, update if unchanged: one of two wins',
    async run(world) {
      const key = world.key('a');
      const create = (value: string) =>
        world.client.txn({
          compare: [{ target: 'MOD', key, modRevision: 0 }],
          success: [put(world, 'a', value)],
          failure: [get(world, 'a')],
        });
      const results = await Promise.all([create('one'), create('two')]);
      assert.deepEqual(results.map(({ succeeded }) => succeeded).sort(), [false, true]);
      const loser = results.find(({ succeeded }) => !succeeded);
      const winner = results.find(({ succeeded }) => succeeded);
      assert.equal(valueOf(loser as TxnResponse, 0), winner === results[0] ? 'one' : 'two');
      const [kv] = (await world.get('a')).kvs;
      const update = { target: 'MOD', key, modRevision: kv?.modRevision ?? 0 } as const;
      assert.equal(
        (await world.client.txn({ compare: [update], success: [put(world, 'a', '3')] })).succeeded,
        true,
      );
      assert.equal(
        (await world.client.txn({ compare: [update], success: [put(world, 'a', '4')] })).succeeded,
        false,
      );
    },
  },
  {
    name: 'every compare target with every result',
    async run(world) {
      const { client } = world;
      const { id: lease } = await client.leaseGrant({ ttlSeconds: 600 });
      const create = (await world.put('a', 'm')).header.revision;
      const mod = (await world.put('a', 'm', lease)).header.revision;
      const key = world.key('a');
      const operands: [Compare, below: Compare, above: Compare][] = [
        [
          { target: 'VERSION', key, version: 2 },
          { target: 'VERSION', key, version: 1 },
          { target: 'VERSION', key, version: 3 },
        ],
        [
          { target: 'CREATE', key, createRevision: create },
          { target: 'CREATE', key, createRevision: create - 1 },
          { target: 'CREATE', key, createRevision: create + 1 },
        ],
        [
          { target: 'MOD', key, modRevision: mod },
          { target: 'MOD', key, modRevision: mod - 1 },
          { target: 'MOD', key, modRevision: mod + 1 },
        ],
        [
          { target: 'VALUE', key, value: Buffer.from('m') },
          { target: 'VALUE', key, value: Buffer.from('l') },
          { target: 'VALUE', key, value: Buffer.from('ma') },
        ],
        [
          { target: 'LEASE', key, lease },
          { target: 'LEASE', key, lease: lease - 1n },
          { target: 'LEASE', key, lease: lease + 1n },
        ],
      ];
      for (const [same, below, above] of operands) {
        for (const result of ['EQUAL', 'GREATER', 'LESS', 'NOT_EQUAL'] as const) {
          const actual = [];
          for (const compare of [same, below, above]) actual.push(await holds(world, { ...compare, result }));
          const expected = {
            EQUAL: [true, false, false],
            GREATER: [false, true, false],
            LESS: [false, false, true],
            NOT_EQUAL: [false, true, true],
          }[result];
          assert.deepEqual(actual, expected, `${same.target} ${result}`);
        }
      }
      await client.leaseRevoke({ id: lease });
    },
  },
  {
    name: 'comparing a key that is not there',
    async run(world) {
      const key = world.key('none');
      assert.equal(await holds(world, { target: 'VERSION', key, version: 0 }), true);
      assert.equal(await holds(world, { target: 'CREATE', key, createRevision: 0 }), true);
      assert.equal(await holds(world, { target: 'MOD', result: 'LESS', key, modRevision: 1 }), true);
      assert.equal(await holds(world, { target: 'LEASE', key, lease: 0n }), true);
      // There is no value to compare, not even an empty one.
      assert.equal(await holds(world, { target: 'VALUE', key, value: Buffer.of() }), false);
      assert.equal(
        await holds(world, { target: 'VALUE', result: 'NOT_EQUAL', key, value: Buffer.from('x') }),
        false,
      );
    },
  },
  {
    name: 'comparing a range: every key must hold',
    async run(world) {
      const range = { key: world.key(''), rangeEnd: world.end };
      assert.equal(await holds(world, { ...range, target: 'VERSION', version: 0 }), true);
      await world.put('a');
      await world.put('b');
      assert.equal(await holds(world, { ...range, target: 'VERSION', version: 1 }), true);
      await world.put('b');
      assert.equal(await holds(world, { ...range, target: 'VERSION', version: 1 }), false);
      assert.equal(await holds(world, { ...range, target: 'VERSION', result: 'GREATER', version: 0 }), true);
    },
  },
  {
    name: 'all writes share one revision, and reads see the writes before them',
    async run(world) {
      const before = await world.put('a', 'old');
      const response = await world.client.txn({
        success: [get(world, 'a'), put(world, 'a', 'new'), get(world, 'a'), put(world, 'b'), del(world, 'c')],
      });
      assert.equal(response.header.revision, before.header.revision + 1);
      assert.equal(valueOf(response, 0), 'old');
      assert.equal(valueOf(response, 2), 'new');
      const { kvs } = await world.list();
      assert.deepEqual(
        kvs.map(({ modRevision }) => modRevision),
        [response.header.revision, response.header.revision],
      );
      const [, putResponse] = response.responses;
      assert.ok(putResponse !== undefined && 'responsePut' in putResponse);
      assert.equal(putResponse.responsePut.header.revision, response.header.revision);
    },
  },
  {
    name: 'what changes nothing takes no revision',
    async run(world) {
      const { header } = await world.put('a');
      const reads = await world.client.txn({ success: [get(world, 'a')] });
      const empty = await world.client.txn({});
      const noDelete = await world.client.txn({ success: [del(world, 'none')] });
      assert.deepEqual(
        [reads, empty, noDelete].map((response) => response.header.revision),
        [header.revision, header.revision, header.revision],
      );
      assert.equal(empty.succeeded, true);
    },
  },
  {
    name: 'nested transactions: compared against the state before, applied in place',
    async run(world) {
      await world.put('a', 'one');
      const isOne: Compare = { target: 'VALUE', key: world.key('a'), value: Buffer.from('one') };
      const response = await world.client.txn({
        compare: [isOne],
        success: [
          put(world, 'b', 'b'),
          {
            requestTxn: {
              compare: [{ target: 'VERSION', key: world.key('c'), version: 1 }],
              success: [put(world, 'd')],
              failure: [
                put(world, 'c', 'c'),
                { requestTxn: { compare: [isOne], success: [get(world, 'c')] } },
              ],
            },
          },
        ],
      });
      const [, nested] = response.responses;
      assert.ok(nested !== undefined && 'responseTxn' in nested);
      assert.equal(nested.responseTxn.succeeded, false);
      const [, inner] = nested.responseTxn.responses;
      assert.ok(inner !== undefined && 'responseTxn' in inner);
      assert.equal(inner.responseTxn.succeeded, true);
      assert.equal(valueOf(inner.responseTxn, 0), 'c');
      assert.deepEqual(world.names((await world.list()).kvs), ['a', 'b', 'c']);
    },
  },
  {
    name: 'one operation that cannot be done: nothing is done',
    async run(world) {
      const { client } = world;
      const before = (await world.put('a', 'old')).header.revision;
      const bad: [RequestOp, number, string][] = [
        [put(world, 'b', 'v', 0x7ead_beefn), NOT_FOUND, 'etcdserver: requested lease not found'],
        [
          { requestPut: { key: world.key('none'), ignoreValue: true } },
          INVALID_ARGUMENT,
          'etcdserver: key not found',
        ],
        [
          { requestRange: { key: world.key('a'), revision: before + 1000 } },
          OUT_OF_RANGE,
          'etcdserver: mvcc: required revision is a future revision',
        ],
      ];
      for (const [op, code, message] of bad) {
        await world.refuses(client.txn({ success: [put(world, 'a', 'new'), op] }), code as 3, message);
      }
      const { kvs, header } = await world.list();
      assert.deepEqual([kvs.length, text(kvs[0]?.value ?? Buffer.of()), header.revision], [1, 'old', before]);
    },
  },
  {
    name: 'limits and duplicate keys',
    async run(world) {
      const { client } = world;
      const many = Array.from({ length: 129 }, (_, index) => get(world, `${index}`));
      const tooMany = 'etcdserver: too many operations in txn request';
      await world.refuses(client.txn({ success: many }), INVALID_ARGUMENT, tooMany);
      await world.refuses(client.txn({ failure: many }), INVALID_ARGUMENT, tooMany);
      await client.txn({ success: many.slice(1), failure: many.slice(1) });
      const duplicate = 'etcdserver: duplicate key given in txn request';
      const branches: RequestOp[][] = [
        [put(world, 'a'), put(world, 'a')],
        [del(world, 'a'), put(world, 'a')],
        [del(world, '', Buffer.from(world.end)), put(world, 'a')],
        [{ requestTxn: { success: [put(world, 'a')] } }, put(world, 'a')],
        [{ requestTxn: { success: [put(world, 'a')] } }, { requestTxn: { failure: [put(world, 'a')] } }],
        [del(world, 'a'), { requestTxn: { failure: [put(world, 'a')] } }],
      ];
      for (const success of branches)
        await world.refuses(client.txn({ success }), INVALID_ARGUMENT, duplicate);
      await client.txn({ success: [put(world, 'a')], failure: [put(world, 'a')] });
      await client.txn({
        success: [{ requestTxn: { success: [put(world, 'a')], failure: [put(world, 'a')] } }],
      });
      await client.txn({ success: [del(world, 'a'), del(world, '', Buffer.from(world.end))] });
      await world.refuses(
        client.txn({ success: [{} as RequestOp] }),
        INVALID_ARGUMENT,
        'etcdserver: key not found',
      );
      await world.refuses(
        client.txn({ compare: [{ key: Buffer.of() }] }),
        INVALID_ARGUMENT,
        'etcdserver: key is not provided',
      );
    },
  },
  {
    name: 'a delete after a put of an earlier nested transaction is allowed, and wins',
    async run(world) {
      const response = await world.client.txn({
        success: [
          { requestTxn: { success: [put(world, 'b')] } },
          { requestTxn: { success: [del(world, 'a', Buffer.from(world.key('c')))] } },
        ],
      });
      assert.equal((await world.list()).count, 0);
      const past = await world.list({ revision: response.header.revision });
      assert.equal(past.count, 0);
    },
  },
  {
    name: 'a put of a key that a delete to the end of all keys takes too is allowed',
    async run(world) {
      await world.put('a');
      // No other case's keys may be deleted: the last possible key.
      const key = Buffer.from([0xff, 0xff, 0xff]);
      const response = await world.client.txn({
        success: [{ requestDeleteRange: { key, rangeEnd: Buffer.of(0) } }, { requestPut: { key } }],
      });
      assert.equal(response.succeeded, true);
      await world.client.deleteRange({ key });
    },
  },
];
