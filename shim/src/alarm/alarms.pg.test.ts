import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreError } from '../mvcc/store-error.ts';
import { until } from '../mvcc/testing/until.ts';
import type { OpenedStore } from '../postgres/open-store.ts';
import { TestDatabase } from '../postgres/testing/test-database.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const everything = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };
const put = ({ store }: OpenedStore, key: string, size = 10): Promise<unknown> =>
  store.put({ key: bytes(key), value: Buffer.alloc(size, 1) });
const refused = (code: string) => (error: StoreError) => error.code === code;

test('an alarm holds on every shim of the database, after a restart too, until it is disarmed', async (t) => {
  const database = await TestDatabase.create(t);
  const [one, two] = [await database.open(), await database.open({ alarmIntervalMs: 20 })];
  const alarm = { memberId: 0xffff_ffff_ffff_ffffn, alarm: 'NOSPACE' as const };
  await put(one, 'before');
  await one.upkeep.alarms.activate(alarm);
  await assert.rejects(put(one, 'a'), refused('noSpace'));
  await until('the other shim to hear of it', () => two.upkeep.alarms.raised.length === 1);
  await assert.rejects(put(two, 'a'), refused('noSpace'));
  await assert.rejects(
    two.store.txn({ failure: [], success: [{ requestPut: { key: bytes('a'), value: bytes('b') } }] }),
    refused('noSpace'),
  );
  await assert.rejects(two.lessor.grant({ ttlSeconds: 10 }), refused('noSpace'));
  const three = await database.open();
  await assert.rejects(put(three, 'a'), refused('noSpace'));
  // What makes room, and what only reads, goes on.
  assert.equal((await two.store.range(everything)).count, 1);
  await two.store.txn({ success: [{ requestDeleteRange: { key: bytes('before') } }] });
  const { header } = await two.store.deleteRange(everything);
  await two.store.compact({ revision: header.revision, physical: true });

  assert.deepEqual(await three.upkeep.alarms.list('NONE'), [alarm]);
  assert.deepEqual(await three.upkeep.alarms.deactivate(alarm), [alarm]);
  assert.deepEqual(await three.upkeep.alarms.deactivate(alarm), []);
  await put(one, 'after');
  await put(two, 'after');
});

test('CORRUPT refuses every write', async (t) => {
  const opened = await (await TestDatabase.create(t)).open();
  const { store, lessor, upkeep } = opened;
  await put(opened, 'a');
  const { id } = await lessor.grant({ ttlSeconds: 100 });
  await upkeep.alarms.activate({ memberId: store.memberId, alarm: 'CORRUPT' });
  await assert.rejects(put(opened, 'a'), refused('corrupt'));
  await assert.rejects(store.deleteRange({ key: bytes('a') }), refused('corrupt'));
  await assert.rejects(store.compact({ revision: 2 }), refused('corrupt'));
  await assert.rejects(lessor.grant({ ttlSeconds: 100 }), refused('corrupt'));
  await assert.rejects(lessor.revoke({ id }), refused('corrupt'));
  assert.equal((await store.range(everything)).count, 1);
  await store.txn({ success: [{ requestRange: { key: bytes('a') } }] });
});

test('over the quota NOSPACE is raised; compaction, defragmentation and disarming end it', async (t) => {
  const database = await TestDatabase.create(t);
  const quotaBytes = 4 << 20;
  const opened = await database.open({ quotaBytes });
  const { store, upkeep } = opened;
  let written = 0;
  await assert.rejects(
    (async () => {
      for (; written < 2000; written += 20) {
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => put(opened, `key/${index}`, index % 2 ? 1000 : 8000)),
        );
      }
    })(),
    refused('noSpace'),
  );
  // Twenty puts are 90 KiB.
  assert.ok(written > 400 && written < 1000, `${written} were let in`);
  assert.deepEqual(await upkeep.alarms.list('NONE'), [{ memberId: store.memberId, alarm: 'NOSPACE' }]);
  const full = await store.status();
  assert.ok(full.dbSizeInUseBytes > quotaBytes * 0.9, String(full.dbSizeInUseBytes));
  // Disarming alone does not help: it is raised again.
  await upkeep.alarms.deactivate({ memberId: store.memberId, alarm: 'NOSPACE' });
  await assert.rejects(put(opened, 'more', 200_000), refused('noSpace'));

  await store.compact({ revision: store.currentRevision, physical: true });
  await upkeep.defragment();
  const status = await store.status();
  assert.ok(status.dbSizeInUseBytes < full.dbSizeInUseBytes / 3, `${status.dbSizeInUseBytes} are in use`);
  assert.equal((await store.range(everything)).count, 20);
  await upkeep.alarms.deactivate({ memberId: store.memberId, alarm: 'NOSPACE' });
  await put(opened, 'more', 200_000);
  assert.deepEqual(await upkeep.alarms.list('NONE'), []);
});

test('defragmenting while others write, and twice at once', async (t) => {
  const database = await TestDatabase.create(t);
  const [one, two] = [await database.open(), await database.open()];
  const done = new AbortController();
  const writing = (async () => {
    let count = 0;
    while (!done.signal.aborted) await put(one, `key/${count++ % 100}`, 500);
    return count;
  })();
  await Promise.all([one.upkeep.defragment(), two.upkeep.defragment()]);
  done.abort();
  const count = await writing;
  assert.equal(one.store.currentRevision, count + 1);
  const indexes = await database.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'history'`);
  assert.deepEqual(indexes, [{ indexname: 'history_pkey' }]);
});
