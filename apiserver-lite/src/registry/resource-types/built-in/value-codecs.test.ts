import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { openFakeStorage } from '../../../storage/testing/fake-storage.ts';
import { configMap, listOptions } from '../../../storage/testing/test-objects.ts';
import { jsonValueCodec, protobufValueCodec, valueCodecFor } from './value-codecs.ts';

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

  test('in another form are written in the present one at the next update, though the object is the same', async () => {
    const { etcd, storage, another } = openFakeStorage({ codec: jsonValueCodec });
    const created = await storage.create(key, configMap('web', { a: 'b' }));
    const protobuf = another({ codec: protobufValueCodec });
    const same = () =>
      protobuf.guaranteedUpdate(key, (current) => structuredClone(current?.object) as KubeObject);
    const rewritten = await same();
    assert.ok(rewritten.revision > created.revision);
    assert.deepEqual(rewritten.object['data'], { a: 'b' });
    const [kv] = (await etcd.range({ key: path })).kvs;
    assert.match(Buffer.from(kv?.value ?? []).toString('latin1'), /^k8s\0/);
    assert.equal((await same()).revision, rewritten.revision);
    storage.close();
    protobuf.close();
  });

  test('resourceVersion stands where Go has it', async () => {
    const { storage } = openFakeStorage({ codec: protobufValueCodec });
    const { object } = await storage.create(key, {
      ...configMap('web', {}, { app: 'web' }),
    });
    const fields = Object.keys(object.metadata);
    assert.equal(fields.indexOf('resourceVersion'), fields.indexOf('uid') + 1);
  });

  test('of StatefulSets come back with the kinds of their claims', () => {
    const claim = { metadata: { name: 'data' }, spec: { resources: {} }, status: {} };
    const object = {
      kind: 'StatefulSet',
      apiVersion: 'apps/v1',
      metadata: { name: 'db' },
      spec: { serviceName: 'db', selector: null, template: {}, volumeClaimTemplates: [claim] },
    };
    const decoded = protobufValueCodec.decode(protobufValueCodec.encode(object, 'key'), 'key');
    const { volumeClaimTemplates } = decoded['spec'] as { volumeClaimTemplates: object[] };
    assert.partialDeepStrictEqual(volumeClaimTemplates, [
      { kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: { name: 'data' } },
    ]);
    assert.deepEqual(Object.keys(volumeClaimTemplates[0]!).slice(0, 2), ['kind', 'apiVersion']);
  });

  test('of custom resources are JSON with sorted keys, and a newline', () => {
    const object = {
      kind: 'Web',
      apiVersion: 'example.com/v1',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: { html: '<b>', count: 2 },
    };
    const value = jsonValueCodec.encode(object, 'key');
    assert.equal(
      Buffer.from(value).toString(),
      '{"apiVersion":"example.com/v1","kind":"Web","metadata":{"labels":{"app":"web"},"name":"web"},"spec":{"count":2,"html":"\\u003cb\\u003e"}}\n',
    );
    assert.deepEqual(jsonValueCodec.decode(value, 'key'), object);
  });

  test('of built-in kinds have the order of their types also in JSON', () => {
    const object = {
      apiVersion: 'v1',
      data: { b: '1', a: '2' },
      metadata: { uid: 'u', name: 'web' },
      kind: 'ConfigMap',
    };
    const value = jsonValueCodec.encode(object, 'key');
    assert.equal(
      Buffer.from(value).toString(),
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"web","uid":"u"},"data":{"a":"2","b":"1"}}\n',
    );
  });

  test('are read in whatever form they were written', () => {
    const object = configMap('web', { a: 'b' });
    for (const written of [jsonValueCodec, protobufValueCodec]) {
      for (const read of [jsonValueCodec, protobufValueCodec]) {
        const decoded = read.decode(written.encode(object, 'key'), 'key');
        assert.equal(decoded.metadata.name, 'web');
        assert.deepEqual(decoded['data'], { a: 'b' });
      }
    }
  });

  test('are written in the form that is asked for', () => {
    assert.equal(valueCodecFor('application/vnd.kubernetes.protobuf'), protobufValueCodec);
    assert.equal(valueCodecFor('application/json'), jsonValueCodec);
    assert.throws(() => jsonValueCodec.decode(Buffer.from('{}'), 'key'), /no Kubernetes object/);
  });
});
