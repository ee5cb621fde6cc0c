import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import { plainValue } from '../libraries/testing/plain-value.ts';
import { escapeFieldName, unescapeFieldName } from './field-names.ts';
import { maxCardinality, schemaSizes } from './size-estimator.ts';
import { maxRequestBytes, nameType, schemaType } from './schema-type.ts';
import { schemaValue } from './schema-value.ts';
import type { StructuralSchema } from './structural-schema.ts';

function evaluate(text: string, schema: StructuralSchema, self: unknown, oldSelf?: unknown): unknown {
  const { type, provider } = nameType(schemaType(schema, false)!, 'selfType');
  const environment = kubernetesEnvironment.extend({
    types: provider,
    variables: [
      { name: 'self', type },
      { name: 'oldSelf', type },
    ],
  });
  const compiled = environment.compile(text);
  if (!compiled.ok) return compiled.issues[0]!.message;
  const values = new Map([
    ['self', schemaValue(self, schema)],
    ['oldSelf', schemaValue(oldSelf ?? self, schema)],
  ]);
  const { value, error } = compiled.expression.evaluate(values);
  return error === undefined ? plainValue(value) : error.message;
}

const text: StructuralSchema = { type: 'string' };
const object = (properties: Record<string, StructuralSchema>): StructuralSchema => ({
  type: 'object',
  properties,
});
const list = (items: StructuralSchema, more: StructuralSchema = {}): StructuralSchema => ({
  type: 'array',
  items,
  ...more,
});

test('names of fields are escaped as Kubernetes does, and back', () => {
  const names: [string, string | undefined][] = [
    ['a', 'a'],
    ['a-b.c/d', 'a__dash__b__dot__c__slash__d'],
    ['a__b', 'a__underscores__b'],
    ['namespace', '__namespace__'],
    ['1a', undefined],
    ['ä', undefined],
    ['', undefined],
  ];
  for (const [name, identifier] of names) {
    assert.equal(escapeFieldName(name), identifier);
    if (identifier !== undefined) assert.equal(unescapeFieldName(identifier), name);
  }
  assert.equal(unescapeFieldName('a__nope__'), undefined);
});

test('fields are found by their escaped names, null and missing ones are not there', () => {
  const schema = object({ 'a-b': text, n: { type: 'string', nullable: true } });
  assert.equal(evaluate('self.a__dash__b', schema, { 'a-b': 'x' }), 'x');
  assert.equal(evaluate('has(self.n)', schema, { n: null }), false);
  assert.equal(evaluate('self.n', schema, {}), 'no such key: n');
  assert.equal(evaluate('self.nope', schema, {}), "undefined field 'nope'");
  assert.equal(evaluate('has(self.constructor)', object({ constructor: text }), {}), false);
});

test('formats have types, and integers 64 bits', () => {
  const schema = object({
    when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    long: { type: 'string', format: 'duration' },
    data: { type: 'string', format: 'byte' },
    big: { type: 'integer' },
    real: { type: 'number' },
    port: { 'x-kubernetes-int-or-string': true },
  });
  const value = {
    when: '2020-01-02T03:04:05Z',
    day: '2020-01-02',
    long: '1 hour 2m',
    data: 'aGk=',
    big: 9007199254740993n,
    real: 5,
    port: 80,
  };
  assert.equal(evaluate('self.when > timestamp("2020-01-01T00:00:00Z")', schema, value), true);
  assert.equal(evaluate('self.day == timestamp("2020-01-02T00:00:00Z")', schema, value), true);
  assert.equal(evaluate('self.long == duration("62m")', schema, value), true);
  assert.equal(evaluate('self.data == b"hi"', schema, value), true);
  assert.deepEqual(evaluate('self.big + 1', schema, value), { int: '9007199254740994' });
  assert.equal(evaluate('self.real == 5.0', schema, value), true);
  assert.equal(evaluate('type(self.port) == int && self.port < 100', schema, value), true);
});

test('sets and maps are equal in any order, and + keeps a key once', () => {
  const set = list(text, { 'x-kubernetes-list-type': 'set' });
  assert.equal(evaluate('self == oldSelf', set, ['a', 'b'], ['b', 'a']), true);
  assert.equal(evaluate('self == oldSelf', set, ['a', 'b'], ['b', 'c']), false);
  assert.deepEqual(evaluate('self + oldSelf', set, ['a', 'b'], ['b', 'c']), ['a', 'b', 'c']);
  const map = list(object({ k: text, v: text }), {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
  });
  const [one, two, other] = [
    { k: '1', v: 'a' },
    { k: '2', v: 'b' },
    { k: '1', v: 'c' },
  ];
  assert.equal(evaluate('self == oldSelf', map, [one, two], [two, one]), true);
  assert.equal(evaluate('self == oldSelf', map, [one, two], [two, other]), false);
  assert.deepEqual(evaluate('(self + oldSelf).map(e, e.v)', map, [one, two], [other]), ['c', 'b']);
  assert.equal(evaluate('self == oldSelf', list(text), ['a', 'b'], ['b', 'a']), false);
});

test('what the data is against the schema ends the evaluation', () => {
  const schema = object({
    a: { type: 'integer' },
    b: list(text),
    m: { type: 'object', additionalProperties: text },
  });
  assert.equal(evaluate('self.a == 1', schema, { a: 'x' }), 'invalid data, expected int, got string');
  assert.equal(
    evaluate('self.b[0] == ""', schema, { b: [null] }),
    'invalid data, got null for schema with nullable=false',
  );
  assert.equal(evaluate('self.b.exists(x, x == "a")', schema, { b: [1, 'a'] }), true);
});

test('an embedded resource has its type and names, whatever the schema says', () => {
  const resource = { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} };
  const schema = object({ template: resource });
  const value = { template: { kind: 'A', metadata: { name: 'n', labels: {} } } };
  assert.equal(evaluate('self.template.metadata.name + self.template.kind', schema, value), 'nA');
  assert.equal(evaluate('self.template.metadata.labels', schema, value), "undefined field 'labels'");
});

test('sizes follow from bounds, or from what one request can hold', () => {
  const type = schemaType(
    object({
      list: list({ type: 'string', maxLength: 10 }, { maxItems: 5 }),
      free: list(text),
      map: { type: 'object', additionalProperties: { type: 'integer' } },
      kind: { type: 'string', enum: ['abc', 'a'] },
    }),
    false,
  )!;
  const sizes = schemaSizes(type);
  const max = (...path: string[]) =>
    sizes.estimateSize({
      path: ['self', ...path],
      type: type.scalar,
      expression: undefined,
      computedSize: undefined,
    })?.max;
  assert.equal(max('list'), 5n);
  assert.equal(max('list', '@items'), 40n);
  assert.equal(max('free'), BigInt(Math.floor((maxRequestBytes - 2) / 3)));
  assert.equal(max('free', '@items'), BigInt(maxRequestBytes - 2));
  assert.equal(max('map'), BigInt(Math.floor((maxRequestBytes - 2) / 7)));
  assert.equal(max('kind'), 3n);
  assert.equal(max('nope'), undefined);
  assert.equal(maxCardinality(type, maxRequestBytes), BigInt(maxRequestBytes / 3));
});
