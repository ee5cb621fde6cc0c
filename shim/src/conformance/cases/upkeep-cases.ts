import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { MaintenanceClient } from '../../client/maintenance-client.ts';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { decode } from '../../etcdserverpb/codec/codec.ts';
import { keyValue } from '../../etcdserverpb/messages/kv-messages.ts';
import { BoltReader } from '../../snapshot/bolt/bolt-reader.ts';
import { Crc32c } from '../../snapshot/bolt/crc32c.ts';
import { rowEntry } from '../../snapshot/etcd-buckets.ts';
import { type CaseWorld, text } from '../case.ts';

/** As `ConformanceCase`, for what only the Maintenance service answers, over gRPC. */
export interface UpkeepCase {
  readonly name: string;
  readonly differsIn?: Readonly<Record<string, string>>;
  run(world: CaseWorld, upkeep: MaintenanceClient): Promise<void>;
}

const noSpace = 'etcdserver: mvcc: database space exceeded';
const none = 0xabcdn;

/** Snapshots, hashes, alarms and the rest of upkeep. They concern the whole store. */
export const upkeepCases: readonly UpkeepCase[] = [
  {
    name: 'a snapshot is a bbolt file with its checksum, and holds what was put',
    async run(world, upkeep) {
      const { header } = await world.put('a', 'in the snapshot');
      const pieces = [];
      for await (const piece of upkeep.snapshot()) pieces.push(piece);
      const checksum = pieces.pop();
      assert.equal(checksum?.remainingBytes, 0);
      assert.equal(pieces.at(-1)?.remainingBytes, 0);
      const file = Buffer.concat(pieces.map(({ blob }) => blob));
      assert.equal(pieces[0]?.remainingBytes, file.length - pieces[0]!.blob.length);
      assert.deepEqual(Buffer.from(checksum!.blob), createHash('sha256').update(file).digest());
      const buckets = new BoltReader(file).readBuckets();
      for (const name of ['alarm', 'auth', 'authRoles', 'authUsers', 'key', 'lease', 'members', 'meta']) {
        assert.ok(buckets.has(name), name);
      }
      const last = buckets.get('key')?.at(-1);
      assert.equal(Number(Buffer.from(last!.key).readBigInt64BE(0)), header.revision);
      const kv = decode(keyValue, last!.value);
      assert.deepEqual([text(kv.key), text(kv.value)], [text(world.key('a')), 'in the snapshot']);
    },
  },
  {
    name: 'hashes change with the data, and only with it',
    async run(world, upkeep) {
      const { header } = await world.put('a', '1');
      const first = await upkeep.hashKv({});
      assert.equal(first.header.revision, header.revision);
      assert.equal((await upkeep.hashKv({ revision: header.revision })).hash, first.hash);
      const whole = await upkeep.hash();
      assert.equal(whole.header.revision, header.revision);
      assert.equal((await upkeep.hash()).hash, whole.hash);
      await world.put('a', '2');
      assert.notEqual((await upkeep.hashKv({})).hash, first.hash);
      assert.notEqual((await upkeep.hash()).hash, whole.hash);
      // The past stays what it was.
      assert.equal((await upkeep.hashKv({ revision: header.revision })).hash, first.hash);
    },
  },
  {
    name: 'hashes of revisions that are not there',
    async run(world, upkeep) {
      const first = (await world.put('a', '1')).header.revision;
      await world.put('a', '2');
      const last = (await world.put('a', '3')).header.revision;
      await world.client.compact({ revision: first + 1, physical: true });
      const compacted = 'etcdserver: mvcc: required revision has been compacted';
      await world.refuses(upkeep.hashKv({ revision: first }), grpcCode.OUT_OF_RANGE, compacted);
      await world.refuses(
        upkeep.hashKv({ revision: last + 1 }),
        grpcCode.OUT_OF_RANGE,
        'etcdserver: mvcc: required revision is a future revision',
      );
      assert.equal((await upkeep.hashKv({})).compactRevision, first + 1);
    },
  },
  {
    name: 'the hash of one history is one number, on every server',
    async run(world, upkeep) {
      // What came before is compacted away and deleted, so that all that is left is what is put here.
      const { key, end } = { key: Buffer.from('conformance-hash'), end: Uint8Array.of(0) };
      await world.client.deleteRange({ key: Uint8Array.of(0), rangeEnd: end });
      const { header } = await world.client.put({ key, value: Buffer.from('v') });
      await world.client.compact({ revision: header.revision, physical: true });
      const { hash } = await upkeep.hashKv({});
      const row = rowEntry({
        revision: header.revision,
        sub: 0,
        key: 'conformance-hash',
        createRevision: header.revision,
        version: 1,
        lease: 0n,
        tombstone: false,
        value: Buffer.from('v'),
      });
      assert.equal(hash, new Crc32c().update(Buffer.from('key')).update(row.key).update(row.value).digest());
    },
  },
  {
    name: 'alarms are raised, listed, shown by status, and disarmed',
    async run(world, upkeep) {
      assert.deepEqual((await upkeep.alarm({})).alarms, []);
      await world.put('a');
      const alarm = { memberId: none, alarm: 'NOSPACE' as const };
      const raised = await upkeep.alarm({ action: 'ACTIVATE', ...alarm });
      try {
        assert.deepEqual(raised.alarms, [alarm]);
        assert.deepEqual((await upkeep.alarm({ action: 'ACTIVATE', ...alarm })).alarms, [alarm]);
        assert.deepEqual((await upkeep.alarm({ alarm: 'NOSPACE' })).alarms, [alarm]);
        assert.deepEqual((await upkeep.alarm({ alarm: 'CORRUPT' })).alarms, []);
        assert.match((await upkeep.status()).errors.join(), /^memberID:43981 +alarm:NOSPACE ?$/);

        await world.refuses(world.put('a'), grpcCode.RESOURCE_EXHAUSTED, noSpace);
        await world.refuses(
          world.client.txn({ success: [{ requestPut: { key: world.key('a') } }] }),
          grpcCode.RESOURCE_EXHAUSTED,
          noSpace,
        );
        await world.refuses(
          world.client.leaseGrant({ ttlSeconds: 60 }),
          grpcCode.RESOURCE_EXHAUSTED,
          noSpace,
        );
        await world.list();
        const { header } = await world.client.deleteRange({ key: world.key(''), rangeEnd: world.end });
        await world.client.txn({ success: [{ requestDeleteRange: { key: world.key('a') } }] });
        await world.client.compact({ revision: header.revision });
        await upkeep.defragment();

        const other = await upkeep.alarm({ action: 'DEACTIVATE', memberId: none + 1n, alarm: 'NOSPACE' });
        assert.deepEqual(other.alarms, []);
      } finally {
        const disarmed = await upkeep.alarm({ action: 'DEACTIVATE', ...alarm });
        assert.deepEqual(disarmed.alarms, [alarm]);
      }
      assert.deepEqual((await upkeep.alarm({ action: 'DEACTIVATE', ...alarm })).alarms, []);
      assert.deepEqual((await upkeep.status()).errors, []);
      await world.put('a');
    },
  },
  {
    name: 'an alarm of corruption refuses every write',
    async run(world, upkeep) {
      const corrupt = 'etcdserver: corrupt cluster';
      const alarm = { memberId: none, alarm: 'CORRUPT' as const };
      await upkeep.alarm({ action: 'ACTIVATE', ...alarm });
      try {
        await world.refuses(world.put('a'), grpcCode.DATA_LOSS, corrupt);
        await world.refuses(world.client.deleteRange({ key: world.key('a') }), grpcCode.DATA_LOSS, corrupt);
        await world.refuses(world.client.leaseGrant({ ttlSeconds: 60 }), grpcCode.DATA_LOSS, corrupt);
      } finally {
        await upkeep.alarm({ action: 'DEACTIVATE', ...alarm });
      }
      await world.put('a');
    },
  },
  {
    name: 'raising no alarm raises none',
    differsIn: { '3.4': 'it lists an alarm of no type' },
    async run(_world, upkeep) {
      assert.deepEqual((await upkeep.alarm({ action: 'ACTIVATE', memberId: none })).alarms, []);
      assert.deepEqual((await upkeep.alarm({})).alarms, []);
    },
  },
  {
    name: 'defragmenting loses nothing, and has no header',
    async run(world, upkeep) {
      await world.put('a', 'still here');
      assert.equal((await upkeep.defragment()).header, undefined);
      assert.equal(text((await world.get('a')).kvs[0]!.value), 'still here');
    },
  },
  {
    name: 'the leader can only be moved to itself',
    async run(world, upkeep) {
      const { leader } = await upkeep.status();
      assert.equal((await upkeep.moveLeader({ targetId: leader })).header, undefined);
      const message = 'etcdserver: bad leader transferee';
      await world.refuses(upkeep.moveLeader({ targetId: none }), grpcCode.FAILED_PRECONDITION, message);
    },
  },
  {
    name: 'downgrades are possible to the version below, once',
    differsIn: { '3.4': 'it has no Downgrade' },
    async run(world, upkeep) {
      const { version } = await upkeep.status();
      const [, minor = 0] = version.split('.').map(Number);
      const below = `3.${minor - 1}`;
      const refuses = (asked: string, code: typeof grpcCode.INVALID_ARGUMENT, why: string): Promise<void> =>
        world.refuses(upkeep.downgrade({ action: 'VALIDATE', version: asked }), code, `etcdserver: ${why}`);
      await refuses('', grpcCode.INVALID_ARGUMENT, 'wrong downgrade target version format');
      await refuses('three', grpcCode.INVALID_ARGUMENT, 'wrong downgrade target version format');
      for (const wrong of [`3.${minor}`, `3.${minor - 2}.0`, `3.${minor + 1}.0`, '4.0.0']) {
        await refuses(wrong, grpcCode.INVALID_ARGUMENT, 'invalid downgrade target version');
      }
      assert.equal((await upkeep.downgrade({ action: 'VALIDATE', version: below })).version, `3.${minor}`);
      assert.equal(
        (await upkeep.downgrade({ action: 'VALIDATE', version: `${below}.7` })).version,
        `3.${minor}`,
      );
      assert.equal((await upkeep.status()).downgradeInfo?.enabled, false);
      assert.equal((await upkeep.downgrade({ action: 'ENABLE', version: below })).version, `3.${minor}`);
      try {
        assert.deepEqual((await upkeep.status()).downgradeInfo, {
          enabled: true,
          targetVersion: `${below}.0`,
        });
        await assert.rejects(
          upkeep.downgrade({ action: 'ENABLE', version: below }),
          /^EtcdError: etcdserver: /,
        );
      } finally {
        await upkeep.downgrade({ action: 'CANCEL' });
      }
      assert.equal((await upkeep.status()).downgradeInfo?.enabled, false);
      await upkeep.downgrade({ action: 'CANCEL' });
    },
  },
];
