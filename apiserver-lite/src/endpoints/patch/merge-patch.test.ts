import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyMergePatch } from './merge-patch.ts';

const text = (document: object, patch: object) =>
  JSON.stringify(applyMergePatch(document as Record<string, unknown>, patch as Record<string, unknown>));

test('null removes a field, in what is new as well', () => {
  assert.equal(text({ a: 1, b: 2 }, { a: null }), '{"b":2}');
  assert.equal(text({}, { a: { c: null, b: 1 } }), '{"a":{"b":1}}');
});

test('objects in new lists lose their nulls and have their fields in order; items that are null stay', () => {
  const list = [{ c: 1, b: null, a: [{ d: null }] }, null, 'x'];
  const pruned = '[{"a":[{}],"c":1},null,"x"]';
  assert.equal(text({}, { l: list }), `{"l":${pruned}}`);
  assert.equal(text({ l: [1] }, { l: list }), `{"l":${pruned}}`);
  assert.equal(text({ l: 1 }, { l: list }), `{"l":${pruned}}`);
});

test('a list that takes the place of an object stays as it was written', () => {
  assert.equal(text({ l: { x: 1 } }, { l: [{ c: 1, b: null }] }), '{"l":[{"c":1,"b":null}]}');
});
