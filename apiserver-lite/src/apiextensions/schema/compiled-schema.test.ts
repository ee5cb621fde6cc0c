import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSchema } from './compiled-schema.ts';
import { atOnce } from './values/at-once.ts';

const gadget = () => ({
  apiVersion: 'example.com/v1',
  kind: 'Gadget',
  metadata: { name: 'a', extra: 1 },
  spec: { size: null, colour: null, unknown: [{}], parts: [{ name: 'a' }, { name: 'a', more: 1 }] },
});

const schema = compileSchema({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 3 },
        colour: { type: 'string' },
        mode: { type: 'string', default: 'fast', enum: ['fast', 'slow'] },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
    },
  },
});

test('an object is pruned, its nulls go, and defaults take the place of others', () => {
  const object = gadget();
  assert.deepEqual(schema.conform(object, { collectUnknown: true }), [
    'metadata.extra',
    'spec.parts[1].more',
    'spec.unknown',
  ]);
  schema.applyDefaults(object);
  assert.deepEqual(object, {
    apiVersion: 'example.com/v1',
    kind: 'Gadget',
    metadata: { name: 'a' },
    spec: { size: 3, mode: 'fast', parts: [{ name: 'a' }, { name: 'a' }] },
  });
  assert.deepEqual(
    atOnce(schema.validate(object, { metadata: [] })).map(({ field, message }) => `${field}: ${message}`),
    ['spec.parts[1]: Duplicate value: {"name":"a"}'],
  );
});
