import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NumberToken } from '@pg8s/k8s-proto/json-number';
import { fromJson, type JsonMap } from './json.ts';

test('whole numbers are ints, and those that are written otherwise are doubles', () => {
  assert.equal(fromJson(3), 3n);
  assert.equal(fromJson(3.5), 3.5);
  assert.equal(fromJson(new NumberToken('3.0')), 3);
  assert.equal(fromJson(new NumberToken('1e1')), 10);
  const map = fromJson({ a: new NumberToken('99999999999999999999') }) as JsonMap;
  assert.equal(map.find('a'), 1e20);
});
