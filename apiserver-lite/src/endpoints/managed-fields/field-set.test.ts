import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareElements,
  difference,
  intersection,
  union,
  type FieldSet,
  sortByElement,
} from './field-set.ts';

const set: FieldSet = { 'f:a': {}, 'f:b': { '.': {}, 'f:x': {}, 'f:y': {} }, 'f:c': { 'f:z': {} } };

test('difference takes members away and shares what stays', () => {
  assert.deepEqual(difference(set, { 'f:a': {}, 'f:b': { 'f:x': {} } }), {
    'f:b': { '.': {}, 'f:y': {} },
    'f:c': { 'f:z': {} },
  });
  assert.deepEqual(difference(set, { 'f:b': {} })?.['f:b'], { 'f:x': {}, 'f:y': {} });
  assert.deepEqual(difference({ 'f:b': { '.': {}, 'f:x': {} } }, { 'f:b': { 'f:x': {} } }), { 'f:b': {} });
  assert.equal(difference(set, { 'f:c': {} }), set, 'c itself is no member');
  assert.equal(difference(set, { 'f:other': {} }), set);
  assert.equal(difference(set, undefined), set);
  assert.equal(difference(set, set), undefined);
});

test('union merges in the order of fieldsV1', () => {
  assert.equal(
    JSON.stringify(union({ 'f:c': {}, 'f:d': { 'f:x': {} } }, { 'f:a': {}, 'f:d': {} })),
    '{"f:a":{},"f:c":{},"f:d":{".":{},"f:x":{}}}',
  );
  assert.equal(union(undefined, set), set);
});

test('intersection keeps what both have', () => {
  assert.deepEqual(intersection(set, { 'f:a': {}, 'f:b': {}, 'f:c': { 'f:z': {}, 'f:q': {} } }), {
    'f:a': {},
    'f:b': {},
    'f:c': { 'f:z': {} },
  });
  assert.equal(intersection(set, { 'f:c': {} }), undefined);
});

test('keys sort by their values', () => {
  const keys = ['k:{"containerPort":443}', 'k:{"containerPort":80}', 'f:b', 'v:"x"', 'f:a'];
  assert.deepEqual(keys.sort(compareElements), [
    'f:a',
    'f:b',
    'k:{"containerPort":80}',
    'k:{"containerPort":443}',
    'v:"x"',
  ]);
});

test('elements stand in one order, whether they are read as texts or as JSON', () => {
  const names = ['b', 'a', 'a!', 'a"', 'a\\', 'Z', '', 'ä', '😀', 'Ａ', '10', '9'];
  const kinds: ((name: string) => string)[] = [
    (name) => `f:${name}`,
    (name) => `v:${JSON.stringify(name)}`,
    (name) => `k:${JSON.stringify({ name })}`,
    (name) => `k:${JSON.stringify({ name, protocol: 'TCP' })}`,
  ];
  for (const element of kinds) {
    const sorted = (some: readonly string[]) =>
      sortByElement(some.map((name): [string, string] => [element(name), name])).map(([, name]) => name);
    const plain = names.filter((name) => !/["\\]/.test(name));
    const expected = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    assert.deepEqual(sorted(names), expected, element('x'));
    assert.deepEqual(
      sorted(plain),
      expected.filter((name) => plain.includes(name)),
      element('x'),
    );
  }
});
