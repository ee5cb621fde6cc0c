import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatusError } from '../api-errors/status-error.ts';
import { FakeEtcd } from './etcd/testing/fake-etcd.ts';
import { StorageFactory } from './storage-factory.ts';
import { FakeClock, until } from './testing/fake-clock.ts';
import { silentLog } from './testing/fake-storage.ts';
import {
  configMap,
  configMaps,
  jsonCodec,
  listOptions,
  nodes,
  takeEvents,
  watchOptions,
} from './testing/test-objects.ts';

function open(compactionIntervalMs = 0) {
  const etcd = new FakeEtcd();
  const clock = new FakeClock();
  const factory = new StorageFactory({
    etcd,
    pathPrefix: '/registry',
    codecFor: () => jsonCodec,
    log: silentLog,
    clock,
    compactionIntervalMs,
  });
  return { etcd, clock, factory };
}

describe('the storage factory', () => {
  test('all versions of a resource share one storage', () => {
    const { factory } = open();
    const storage = factory.forResource(configMaps);
    assert.equal(factory.forResource({ ...configMaps, version: 'v2' }), storage);
    assert.notEqual(factory.forResource(nodes), storage);
  });

  test('sixty caches live on one watch stream', async () => {
    const { etcd, factory } = open();
    for (let n = 0; n < 60; n++) {
      factory.forResource({ ...configMaps, name: `things${n}`, storageKeyPrefix: `things${n}` });
    }
    await factory.warmUp();
    assert.equal(etcd.openStreams, 1);
    // And one on what is compacted.
    assert.equal(etcd.watches, 61);
    assert.equal(etcd.calls.length, 60);
    factory.close();
  });

  test('a change reaches only the storage of its resource', async () => {
    const { factory } = open();
    const [one, other] = [factory.forResource(configMaps), factory.forResource(nodes)];
    await Promise.all([one.ready(), other.ready()]);
    await one.create({ namespace: 'default', name: 'a' }, configMap('a'));
    assert.equal((await one.list(listOptions())).items.length, 1);
    assert.equal((await other.list(listOptions({ namespace: '' }))).items.length, 0);
    assert.deepEqual([one.count(), other.count()], [1, 0]);
    factory.close();
  });

  test('is ready when the store answers and started caches are loaded', async () => {
    const { etcd, clock, factory } = open();
    const storage = factory.forResource(configMaps);
    factory.forResource(nodes);
    await factory.readyz();
    etcd.failNext(new Error('down'));
    const ready = storage.ready();
    await until(() => clock.pending > 0);
    assert.deepEqual(factory.notReady(), ['configmaps']);
    await assert.rejects(factory.readyz(), /not ready: configmaps/);
    clock.advance(100);
    await ready;
    await factory.readyz();
    etcd.failNext(new Error('down again'));
    await assert.rejects(factory.readyz(), /down again/);
    factory.close();
  });

  test('compacts, without making idle caches start over', async () => {
    const { etcd, clock, factory } = open(1000);
    const idle = factory.forResource(configMaps);
    const watcher = await idle.watch(watchOptions({ resourceVersion: '0' }));
    const before = etcd.revision;
    const turns = () => etcd.calls.filter(({ method }) => method === 'txn').length;
    for (let turn = 1; turn <= 3; turn++) {
      for (let n = 0; n < 5; n++) await etcd.put({ key: Buffer.from('/registry/pods/default/x') });
      // Besides the bookmarks.
      await until(() => clock.pending === 2);
      clock.advance(1000);
      await until(() => turns() === turn);
    }
    await until(() => etcd.compactRevision > before + 1);
    etcd.breakStreams();
    await until(() => clock.pending > 1);
    clock.advance(50);
    await until(() => etcd.watches === 2);
    await idle.create({ namespace: 'default', name: 'a' }, configMap('a'));
    assert.equal((await takeEvents(watcher, 1))[0]?.type, 'ADDED');
    factory.close();
  });

  test('a list does not go on behind a compaction, whoever compacts', async () => {
    const { etcd, factory } = open();
    const storage = factory.forResource(configMaps);
    for (const name of ['a', 'b', 'c']) await storage.create({ namespace: 'default', name }, configMap(name));
    const first = await storage.list(listOptions({ limit: 1 }));
    const more = (continueToken: string) => storage.list(listOptions({ limit: 1, continueToken }));
    assert.equal((await more(first.continueToken)).items.length, 1);

    const { revision } = await etcd
      .put({ key: Buffer.from('/registry/pods/default/x') })
      .then(({ header }) => header);
    await etcd.put({ key: Buffer.from('compact_rev_key'), value: Buffer.from(String(revision)) });
    await etcd.compact({ revision });
    // The watch has seen it when a later write has come through.
    await storage.create({ namespace: 'default', name: 'd' }, configMap('d'));
    await until(() => storage.count() === 4);
    const error: unknown = await more(first.continueToken).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    assert.ok(error instanceof StatusError);
    assert.deepEqual([error.status.code, error.status.reason], [410, 'Expired']);
    assert.match(
      error.message,
      /^The provided continue parameter is too old to display a consistent list result\./,
    );
    // The rest can be had as it is now.
    const rest = await more(String(error.status.metadata['continue']));
    assert.equal(rest.items[0]?.object.metadata.name, 'b');
    factory.close();
  });

  test('a virtual resource has no storage', () => {
    const { factory } = open();
    assert.throws(
      () => factory.forResource({ ...configMaps, name: 'bindings', storageKeyPrefix: undefined }),
      /bindings is not stored/,
    );
  });
});
