import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openFakeStorage } from './testing/fake-storage.ts';
import { configMap, listOptions } from './testing/test-objects.ts';
import { jsonValueCodec, protobufValueCodec } from './value-codec.ts';

const key = { namespace: 'default', name: 'web' };
const path = Buffer.from('/registry/configmaps/default/web');

describe('stored values', () => {
  test('of built-in kinds are protobuf in its envelope', async () => {
    const { etcd, storage } = openFakeStorage({ codec: protobufValueCodec });
    await storage.create(key, configMap('web', { a: 'b' }));
    const [kv] = (await etcd.range({ key: path })).kvs;
    assert.equal(
      Buffer.from(kv?.value ?? [])
        .subarray(0, 4)
        .toString('latin1'),
      'k8s\0',
    );
    const { items } = await storage.list(listOptions());
    assert.deepEqual(items[0]?.object['data'], { a: 'b' });
    storage.close();
  });

  test('an update that spells the same object differently writes nothing', async () => {
    const { storage } = openFakeStorage({ codec: protobufValueCodec });
    const created = await storage.create(key, configMap('web'));
    const updated = await storage.guaranteedUpdate(key, (current) => ({
      ...configMap('web'),
      ...current?.object,
      data: {},
      immutable: undefined,
    }));
    assert.equal(updated.revision, created.revision);
  });

  test('resourceVersion stands where Go has it', async () => {
    const { storage } = openFakeStorage({ codec: protobufValueCodec });
    const { object } = await storage.create(key, {
      ...configMap('web', {}, { app: 'web' }),
    });
    const fields = Object.keys(object.metadata);
    assert.equal(fields.indexOf('resourceVersion'), fields.indexOf('uid') + 1);
  });

  test('of custom resources are JSON and a newline', () => {
    const object = configMap('web', { a: 'b' });
    const value = jsonValueCodec.encode(object, 'key');
    assert.equal(Buffer.from(value).toString(), `${JSON.stringify(object)}\n`);
    assert.deepEqual(jsonValueCodec.decode(value, 'key'), object);
    assert.deepEqual(protobufValueCodec.decode(value, 'key'), object);
    assert.throws(() => jsonValueCodec.decode(Buffer.from('7'), 'key'), /no Kubernetes object/);
  });
});
