import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedSpecs } from './merge-specs.ts';

const ref = (name: string): object => ({ $ref: `#/definitions/${name}` });
const own = { swagger: '2.0', paths: { '/api/': { get: {} } }, definitions: { Meta: { type: 'object' } } };

test('without other documents it is the own one', () => {
  assert.equal(mergedSpecs(own, []), own);
});

test('paths are taken below the prefix, and definitions that differ get a new name', () => {
  const spec = {
    paths: { '/apis/a/v1/x': { get: { schema: ref('Meta'), items: [ref('Same')] } }, '/api/v1/pods': {} },
    definitions: { Meta: { type: 'string' }, Same: { properties: { meta: ref('Meta') } } },
  };
  const second = {
    paths: { '/apis/b/v1/x': { schema: ref('Meta') } },
    definitions: { Meta: { type: 'object' }, Same: { properties: { other: {} } } },
  };
  assert.deepEqual(
    mergedSpecs(own, [
      { prefix: '/apis/a/v1/', spec },
      { prefix: '/apis/b/v1/', spec: second },
    ]),
    {
      swagger: '2.0',
      paths: {
        '/api/': { get: {} },
        '/apis/a/v1/x': { get: { schema: ref('Meta_v2'), items: [ref('Same')] } },
        '/apis/b/v1/x': { schema: ref('Meta') },
      },
      definitions: {
        Meta: { type: 'object' },
        Meta_v2: { type: 'string' },
        Same: { properties: { meta: ref('Meta_v2') } },
        Same_v2: { properties: { other: {} } },
      },
    },
  );
  assert.deepEqual(Object.keys(own.definitions), ['Meta']);
});

test('a document of another shape adds nothing, and no prototype', () => {
  const odd = JSON.parse('{"paths":[],"definitions":{"__proto__":{"type":"object"}}}') as Record<
    string,
    unknown
  >;
  const merged = mergedSpecs(own, [
    { prefix: '/apis/a/v1/', spec: odd },
    { prefix: '/apis/b/v1/', spec: { paths: null, definitions: 'x' } },
  ]);
  assert.deepEqual(merged['paths'], own.paths);
  assert.ok(Object.hasOwn(merged['definitions'] as object, '__proto__'));
  assert.equal(Object.getPrototypeOf(merged['definitions']), Object.prototype);
});
