import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonValueCodec, protobufValueCodec } from './resource-types/built-in/value-codecs.ts';
import { storageCodec } from './storage-codec.ts';

test('values of the aggregator and of definitions are always JSON', () => {
  const protobuf = 'application/vnd.kubernetes.protobuf';
  assert.equal(storageCodec({ group: 'apiregistration.k8s.io' }, protobuf), jsonValueCodec);
  assert.equal(storageCodec({ group: 'apiextensions.k8s.io' }, protobuf), jsonValueCodec);
  assert.equal(storageCodec({ group: 'apps' }, protobuf), protobufValueCodec);
  assert.equal(storageCodec({ group: 'apps' }, 'application/json'), jsonValueCodec);
});
