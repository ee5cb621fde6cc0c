import { pino } from 'pino';
import { FakeEtcd } from './etcd/testing/fake-etcd.ts';
import { createResourceStorage } from './resource-storage.ts';
import { testStorage } from './testing/storage-suite.ts';
import { configMaps, jsonCodec } from './testing/test-objects.ts';

testStorage('storage on a fake etcd', async () => {
  const etcd = new FakeEtcd();
  const storage = createResourceStorage({
    etcd,
    pathPrefix: '/registry',
    resource: configMaps,
    codec: jsonCodec,
    log: pino({ level: 'silent' }),
    waitTimeoutMs: 50,
  });
  return {
    storage,
    async touchStore() {
      await etcd.put({ key: Buffer.from('/registry/minions/node'), value: Buffer.from('{}') });
    },
    async compact() {
      await etcd.compact({ revision: etcd.revision });
    },
    async close() {
      storage.close();
    },
  };
});
