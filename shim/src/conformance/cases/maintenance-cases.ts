import assert from 'node:assert/strict';
import { grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { type ConformanceCase, text } from '../case.ts';

const compacted = 'etcdserver: mvcc: required revision has been compacted';

/** Compaction, status and members: they concern the whole store, so that they come last. */
export const maintenanceCases: readonly ConformanceCase[] = [
  {
    name: 'status and members',
    async run(world) {
      await world.put('a');
      const [status, { members }] = await Promise.all([world.client.status(), world.client.memberList()]);
      assert.match(status.version, /^3\.\d+\.\d+/);
      assert.ok(status.dbSizeBytes > 0 && status.dbSizeInUseBytes > 0 && status.raftTerm > 0);
      assert.ok(status.raftIndex > 0 && status.raftAppliedIndex > 0);
      assert.deepEqual([status.errors, status.isLearner], [[], false]);
      assert.ok(members.some(({ id }) => id === status.header.memberId));
      assert.ok(members.some(({ id }) => id === status.leader));
      assert.ok(members.every(({ clientUrls, name }) => clientUrls.length > 0 && name !== ''));
    },
  },
  {
    name: 'compaction: below it nothing is read, from it on all is',
    async run(world) {
      const { client } = world;
      const first = (await world.put('a', '1')).header.revision;
      await world.put('a', '2');
      const deleted = (await client.deleteRange({ key: world.key('a') })).header.revision;
      await world.put('b', '3');
      await client.compact({ revision: first + 1, physical: true });
      const at = await world.list({ revision: first + 1 });
      assert.equal(text(at.kvs[0]?.value ?? Buffer.of()), '2');
      assert.equal((await world.list({ revision: deleted })).count, 0);
      await world.refuses(world.list({ revision: first }), grpcCode.OUT_OF_RANGE, compacted);
      await world.refuses(client.compact({ revision: first + 1 }), grpcCode.OUT_OF_RANGE, compacted);
      await world.refuses(client.compact({ revision: first }), grpcCode.OUT_OF_RANGE, compacted);
      await world.refuses(
        client.compact({ revision: deleted + 1000 }),
        grpcCode.OUT_OF_RANGE,
        'etcdserver: mvcc: required revision is a future revision',
      );
      await world.refuses(
        client.txn({ success: [{ requestRange: { key: world.key('a'), revision: first } }] }),
        grpcCode.OUT_OF_RANGE,
        compacted,
      );
    },
  },
  {
    name: 'a watch that would begin below the compaction ends, and names it',
    async run(world) {
      const first = (await world.put('a', '1')).header.revision;
      await world.put('a', '2');
      await world.put('a', '3');
      await world.client.compact({ revision: first + 2 });
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('a'), startRevision: first } });
      const created = await watch.next();
      assert.deepEqual([created.created, created.canceled], [true, false]);
      const ended = await watch.next();
      assert.deepEqual(
        [
          ended.watchId,
          ended.canceled,
          ended.compactRevision,
          ended.events,
          ended.cancelReason,
          ended.header.revision,
        ],
        [created.watchId, true, first + 2, [], '', 0],
      );
    },
  },
  {
    name: 'a watch from the compacted revision itself',
    async run(world) {
      const first = (await world.put('a', '1')).header.revision;
      await world.put('a', '2');
      await world.client.compact({ revision: first });
      const watch = world.watch();
      watch.stream.send({ createRequest: { key: world.key('a'), startRevision: first } });
      assert.equal((await watch.next()).created, true);
      const events = [];
      while (events.length < 2) events.push(...(await watch.next()).events);
      assert.deepEqual(
        events.map(({ kv }) => [kv.modRevision - first, text(kv.value)]),
        [
          [0, '1'],
          [1, '2'],
        ],
      );
    },
  },
];
