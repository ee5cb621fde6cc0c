import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GoOnlyValue } from '@pg8s/k8s-proto/go-only-value';
import { fromJson } from '../json.ts';
import type { ListValue } from '../values.ts';
import { admissionEnvironment } from './admission-environment.ts';
import { PatchObject } from './patch-types.ts';
import { appliedDocument, patchOperations, PatchValueError, typeMismatches } from './patch-values.ts';

function evaluate(text: string): unknown {
  const result = admissionEnvironment({ patches: true }).compile(text);
  assert.ok(result.ok, result.ok ? '' : result.text);
  const object = fromJson({ spec: { list: [{ a: 1 }], map: { k: 'v' } } });
  const { value, error } = result.expression.evaluate({
    get: (name) => (name === 'object' ? object : undefined),
  });
  assert.equal(error, undefined);
  return value;
}

const applied = (text: string) => appliedDocument(evaluate(text) as PatchObject);
const operations = (text: string) => patchOperations(evaluate(text) as ListValue);

test('an apply configuration has the fields that were written', () => {
  assert.deepEqual(applied('Object{}'), {});
  assert.deepEqual(
    applied('Object{spec: Object.spec{n: 1, d: 1.5, list: [Object.spec.list{a: "b"}], map: {"k": true}}}'),
    { spec: { n: 1, d: 1.5, list: [{ a: 'b' }], map: { k: true } } },
  );
  assert.deepEqual(applied('Object{list: object.spec.list + [Object.list{a: 2}], map: object.spec.map}'), {
    list: [{ a: 1 }, { a: 2 }],
    map: { k: 'v' },
  });
  assert.deepEqual(applied('Object{list: object.spec.list.map(each, Object.list{b: each.a})}'), {
    list: [{ b: 1 }],
  });
});

test('what JSON has no form for stays what Go prints', () => {
  const { x } = applied('Object{x: timestamp("2020-01-02T03:04:05Z")}');
  assert.deepEqual(
    x,
    new GoOnlyValue({
      printed: '2020-01-02 03:04:05 +0000 UTC',
      syntax: 'time.Date(2020, time.January, 2, 3, 4, 5, 0, time.UTC)',
      type: 'time.Time',
    }),
  );
  assert.deepEqual(applied('Object{x: null}'), {
    x: new GoOnlyValue({ printed: 'NULL_VALUE', syntax: '0', type: 'structpb.NullValue' }),
  });
  assert.throws(() => applied('Object{x: {1: "a"}}'), PatchValueError);
});

test('objects are named for the fields that they stand in', () => {
  const mismatches = (text: string) => typeMismatches(evaluate(text) as PatchObject);
  assert.deepEqual(mismatches('Object{spec: Object.spec{list: [Object.spec.list{}]}}'), []);
  assert.deepEqual(mismatches('Object{spec: Object.other{list: [Object.list{}]}}'), [
    'unexpected type name "Object.other", expected "Object.spec", which matches field name path from root Object type',
    'unexpected type name "Object.list", expected "Object.spec.list", which matches field name path from root Object type',
  ]);
});

test('values of JSON patches are as protobuf writes them', () => {
  const values = {
    '9007199254740993': '9007199254740993',
    '5': 5,
    '1.5': 1.5,
    'duration("90s")': '90s',
    'timestamp("2020-01-02T03:04:05Z")': '2020-01-02T03:04:05Z',
    'b"hi"': 'aGk=',
    null: null,
    '{"a": [1, 2]}': { a: [1, 2] },
    'Object{a: {"b": 1}}': { a: { b: 1 } },
    '{"__proto__": 1}': JSON.parse('{"__proto__": 1}') as object,
  };
  for (const [text, expected] of Object.entries(values)) {
    const [operation] = operations(`[JSONPatch{op: "add", path: "/x", value: ${text}}]`);
    assert.deepEqual(operation, { op: 'add', path: '/x', value: expected }, text);
  }
  assert.deepEqual(operations('[JSONPatch{op: "move", from: "/a", path: "/b"}]'), [
    { op: 'move', path: '/b', from: '/a' },
  ]);
  assert.throws(() => operations('[JSONPatch{op: "add", path: "/x", value: {1: 2}}]'), PatchValueError);
});
