import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropUnused } from './unused-fields.ts';

const features = [['spec.list[].map{}.off', 'spec.other'], ['spec.alone']];

const sample = () => ({
  spec: {
    list: [{ map: { a: { off: 1, on: 2 }, b: null } }, { map: {} }, 3],
    other: 1,
    alone: false,
    kept: 1,
  },
});

test('fields of features that are off go from new objects', () => {
  const object = sample();
  dropUnused(object, undefined, features);
  assert.deepEqual(object, {
    spec: { list: [{ map: { a: { on: 2 }, b: null } }, { map: {} }, 3], kept: 1 },
  });
});

test('a feature that the stored object uses stays, all of it', () => {
  const object = sample();
  dropUnused(object, { spec: { other: 'x' } }, features);
  const { alone: _alone, ...spec } = sample().spec;
  assert.deepEqual(object, { spec });
});

test('what is missing on the way is no hindrance', () => {
  const object = { spec: { list: null } };
  dropUnused(object, {}, features);
  assert.deepEqual(object, { spec: { list: null } });
});
