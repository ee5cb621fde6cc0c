import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { startShim } from '@pg8s/shim/server';
import type { Shim } from '@pg8s/shim/server';
import { createResourceStorage } from './resource-storage.ts';
import { StorageFactory } from './storage-factory.ts';
import { testStorage } from './testing/storage-suite.ts';
import { configMap, configMaps, listOptions, takeEvents, watchOptions } from './testing/test-objects.ts';
import { protobufValueCodec } from './value-codec.ts';

const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'] ?? '';
const log = pino({ level: 'silent' });

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A shim on a database of its own. */
async function openShim(): Promise<{ shim: Shim; close(): Promise<void> }> {
  const name = `pg8s_storage_${randomUUID().replaceAll('-', '')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const shim = await startShim({
    postgresUrl: url.href,
    listenClientUrls: ['http://127.0.0.1:0'],
    drainMs: 1000,
  });
  return {
    shim,
    async close() {
      await shim.close();
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

const clients: [string, (shim: Shim) => EtcdClient][] = [
  ['in process', (shim) => shim.client()],
  ['over gRPC', (shim) => createGrpcClient({ endpoints: shim.clientUrls })],
];

for (const [way, connect] of clients) {
  testStorage(`storage on a shim, ${way}`, async () => {
    const { shim, close } = await openShim();
    const etcd = connect(shim);
    const storage = createResourceStorage({
      etcd,
      pathPrefix: '/registry',
      resource: configMaps,
      codec: protobufValueCodec,
      log,
      waitTimeoutMs: 300,
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
        await close();
      },
    };
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
