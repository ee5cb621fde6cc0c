import { pino } from 'pino';
import { FakeEtcd } from './etcd/testing/fake-etcd.ts';
import { createResourceStorage } from './resource-storage.ts';
import type { ResourceStorageOptions } from './resource-storage.ts';
import { testStorage } from './testing/storage-suite.ts';
import { configMaps, jsonCodec } from './testing/test-objects.ts';
import { AsyncTestTransformer, TestTransformer } from './testing/test-transformer.ts';
import type { ValueCodec } from './value-codec.ts';

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

/** A codec that can only decode what it was given before, as one that converts by a webhook. */
const convertingCodec: ValueCodec = {
  ...jsonCodec,
  async prepare(values) {
    await turn();
    return values.map(
      ({ key, value }) =>
        () =>
          jsonCodec.decode(value, key),
    );
  },
};

const forms: [string, () => Partial<ResourceStorageOptions>][] = [
  ['plain values', () => ({})],
  ['encrypted values', () => ({ transformer: new TestTransformer('one') })],
  ['encrypted values that must be prepared', () => ({ transformer: new AsyncTestTransformer('one') })],
  ['values that must be converted', () => ({ codec: convertingCodec })],
  [
    'encrypted values that must be prepared and converted',
    () => ({ codec: convertingCodec, transformer: new AsyncTestTransformer('one') }),
  ],
];

/** Where consistent lists come from: the progress that an etcd before 3.4.31 reports is not reliable. */
const sources = [
  { source: 'the watch cache', version: '3.6.6' },
  { source: 'etcd', version: '3.4.0' },
];

for (const [form, options] of forms) {
  for (const { source, version } of sources) {
    testStorage(`storage on a fake etcd, lists from ${source}, ${form}`, async () => {
      const etcd = new FakeEtcd();
      etcd.version = version;
      const storage = createResourceStorage({
        etcd,
        pathPrefix: '/registry',
        resource: configMaps,
        codec: jsonCodec,
        log: pino({ level: 'silent' }),
        waitTimeoutMs: 50,
        ...options(),
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
  }
}
