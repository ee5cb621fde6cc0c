import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { startStockEtcd, stockEtcdVersion } from '@pg8s/shim/conformance/stock-etcd';
import { TestDatabase } from '@pg8s/shim/postgres/testing/test-database';
import { type ListeningShim, startShim } from '@pg8s/shim/server';
import { createResourceStorage } from './resource-storage.ts';
import { StorageFactory } from './storage-factory.ts';
import { testStorage } from './testing/storage-suite.ts';
import type { StorageUnderTest } from './testing/storage-suite.ts';
import { configMap, configMaps, listOptions, takeEvents, watchOptions } from './testing/test-objects.ts';
import { AsyncTestTransformer } from './testing/test-transformer.ts';
import { protobufValueCodec } from '../registry/resource-types/built-in/value-codecs.ts';
import type { ValueTransformer } from './value-transformer.ts';

const log = pino({ level: 'silent' });

/** A shim on a database of its own. */
async function openShim(): Promise<{ shim: ListeningShim; close(): Promise<void> }> {
  const ends: (() => Promise<void>)[] = [];
  const after = { after: (end: () => Promise<void>) => ends.push(end) } as unknown as TestContext;
  const database = await TestDatabase.create(after);
  const shim = await startShim({
    postgresUrl: database.url,
    listenClientUrls: ['http://127.0.0.1:0'],
    drainMs: 1000,
  });
  return {
    shim,
    async close() {
      await shim.close();
      for (const end of ends) await end();
    },
  };
}

async function storageOn(
  etcd: EtcdClient,
  closeServer: () => Promise<void>,
  transformer?: ValueTransformer,
): Promise<StorageUnderTest> {
  const storage = createResourceStorage({
    etcd,
    pathPrefix: '/registry',
    resource: configMaps,
    codec: protobufValueCodec,
    log,
    waitTimeoutMs: 300,
    ...(transformer === undefined ? {} : { transformer }),
  });
  return {
    storage,
    async touchStore() {
      await etcd.put({ key: Buffer.from('/registry/minions/node'), value: Buffer.from('x') });
    },
    async compact() {
      const { header } = await etcd.range({ key: Buffer.from('/'), countOnly: true });
      await etcd.compact({ revision: header.revision });
    },
    async close() {
      storage.close();
      etcd.close();
      await closeServer();
    },
  };
}

testStorage('storage on a shim, in process', async () => {
  const { shim, close } = await openShim();
  return storageOn(shim.client(), close);
});

testStorage('storage on a shim, in process, encrypted with keys that must be fetched', async () => {
  const { shim, close } = await openShim();
  return storageOn(shim.client(), close, new AsyncTestTransformer('one'));
});

testStorage('storage on a shim, over gRPC', async () => {
  const { shim, close } = await openShim();
  return storageOn(createGrpcClient({ endpoints: shim.clientUrls }), close);
});

const stockVersion = stockEtcdVersion();
if (stockVersion === undefined) {
  test('storage on a stock etcd', { skip: 'there is no `etcd` in PATH (Debian: etcd-server)' }, () => {});
} else {
  testStorage('storage on a stock etcd', async () => {
    const server = await startStockEtcd(stockVersion);
    return storageOn(createGrpcClient({ endpoints: [server.clientUrl] }), () => server.close());
  });
}

describe('storages on a shim', () => {
  let opened: Awaited<ReturnType<typeof openShim>>;
  let etcd: EtcdClient;
  before(async () => {
    opened = await openShim();
    etcd = opened.shim.client();
  });
  after(async () => {
    etcd.close();
    await opened.close();
  });

  const factoryOf = () =>
    new StorageFactory({ etcd, pathPrefix: '/registry', codecFor: () => protobufValueCodec, log });

  test('of two apiservers: what one writes the other lists and watches', async () => {
    const [one, other] = [factoryOf(), factoryOf()];
    const [writer, reader] = [one.forResource(configMaps), other.forResource(configMaps)];
    const watcher = await reader.watch(watchOptions({ resourceVersion: '0' }));
    for (let n = 0; n < 20; n++) {
      await writer.create({ namespace: 'default', name: `object-${n}` }, configMap(`object-${n}`));
      assert.equal((await reader.list(listOptions())).items.length, n + 1);
    }
    assert.equal((await takeEvents(watcher, 20)).length, 20);
    one.close();
    other.close();
  });

  test('expire with their leases, and watchers see it', async () => {
    const factory = factoryOf();
    const storage = factory.forResource({ ...configMaps, name: 'events', storageKeyPrefix: 'events' });
    const watcher = await storage.watch(watchOptions({ resourceVersion: '0' }));
    await storage.create({ namespace: 'default', name: 'brief' }, configMap('brief'), { ttlSeconds: 1 });
    const events = await takeEvents(watcher, 2);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ADDED', 'DELETED'],
    );
    factory.close();
  });
});
