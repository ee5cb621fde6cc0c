import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeObject, encodeObject } from '../stored-object.ts';
import type { KubeObject } from '../object.ts';
import { isSharedFieldsV1 } from './fields-v1.ts';

function owned(name: string, fieldsV1: Record<string, unknown>): KubeObject {
  const entry = {
    manager: 'kubectl',
    operation: 'Update',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1,
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, managedFields: [entry] } } as KubeObject;
}

const fieldsOf = (object: KubeObject): Record<string, unknown> =>
  object.metadata.managedFields?.[0]?.fieldsV1 as Record<string, unknown>;

test('objects with the same sets of fields share them, and nobody can change them', () => {
  const set = { 'f:data': { '.': {}, 'f:a': {} } };
  const [a, b] = ['a', 'b'].map((name) => fieldsOf(decodeObject(encodeObject(owned(name, set)))));
  assert.deepEqual(a, set);
  assert.equal(a, b);
  assert.ok(isSharedFieldsV1(a!) && !isSharedFieldsV1(set));
  assert.throws(() => {
    (a as { 'f:data': Record<string, unknown> })['f:data']['f:b'] = {};
  }, TypeError);
});

test('a set is encoded as it was before it was shared', () => {
  const bytes = encodeObject(
    owned('a', { 'f:data': { 'f:x': {}, 'f:ü': {} }, 'f:n': { 'f:12345678901234567890': {} } }),
  );
  assert.deepEqual(encodeObject(decodeObject(bytes)), bytes);
});

test('sets of which there are many are forgotten, and long ones are not kept', () => {
  const decoded = (name: string, length: number) =>
    fieldsOf(decodeObject(encodeObject(owned('a', { [`f:${name.padEnd(length, 'x')}`]: {} }))));
  const first = decoded('first', 10_000);
  assert.equal(decoded('first', 10_000), first);
  for (let n = 0; n < 300; n++) decoded(`other-${n}-`, 10_000);
  const again = decoded('first', 10_000);
  assert.notEqual(again, first);
  assert.deepEqual(again, first);
  assert.notEqual(decoded('long', 20_000), decoded('long', 20_000));
  assert.ok(!isSharedFieldsV1(decoded('long', 20_000)));
});
