import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CorrelatedValue } from '../correlated-value.ts';
import type { JsonSchema, SchemaRule } from '../json-schema.ts';
import { schemaNode } from '../schema-node.ts';
import { atOnce } from '../values/at-once.ts';
import { evaluateRules, type RuleOptions } from './evaluate-rules.ts';
import { ruleValidator } from './rule-validator.ts';

/** Findings and warnings of rules on an object, one text each. */
function judge(schema: JsonSchema, object: unknown, old?: unknown, options: RuleOptions = {}): string[] {
  const before = old === undefined ? undefined : new CorrelatedValue(object, old, schemaNode(schema));
  const warnings: string[] = [];
  const findings = atOnce(
    evaluateRules(ruleValidator(schema)!, object, {
      before,
      warn: (text) => warnings.push(`warning: ${text}`),
      ...options,
    }),
  );
  return [...findings.map(({ field, message }) => `${field}: ${message}`), ...warnings];
}

/** A resource whose spec has these properties and rules. */
function schemaOf(properties: Record<string, JsonSchema>, ...rules: SchemaRule[]): JsonSchema {
  const spec: JsonSchema = { type: 'object', properties };
  if (rules.length > 0) spec['x-kubernetes-validations'] = rules;
  return { type: 'object', properties: { spec } };
}

const integers = { a: { type: 'integer' }, b: { type: 'integer' } };

test('a rule that is false is reported with its message, reason and field', () => {
  const schema = schemaOf(
    integers,
    { rule: 'self.a < self.b' },
    { rule: 'self.a < self.b', message: ' too large ', fieldPath: '.a' },
    { rule: 'self.a < self.b', reason: 'FieldValueForbidden', message: 'no' },
    { rule: 'self.a < self.b', reason: 'FieldValueRequired', message: 'no', fieldPath: '.b' },
    { rule: 'self.a < self.b', reason: 'FieldValueDuplicate', message: 'no' },
  );
  assert.deepEqual(judge(schema, { spec: { a: 1, b: 2 } }), []);
  assert.deepEqual(judge(schema, { spec: { a: 2, b: 1 } }), [
    'spec: Invalid value: failed rule: self.a < self.b',
    'spec.a: Invalid value: too large',
    'spec: Forbidden: no',
    'spec.b: Required value: no',
    'spec: Duplicate value',
  ]);
});

test('a messageExpression makes the message, unless it cannot be used', () => {
  const rule = 'self.a < 1';
  const schema = schemaOf(
    integers,
    { rule, message: 'm', messageExpression: '"is " + string(self.a)' },
    { rule, message: 'm', messageExpression: 'string(self.a / 0)' },
    { rule, message: 'm', messageExpression: '"a\\nb"' },
    { rule, messageExpression: '" "' },
  );
  assert.deepEqual(judge(schema, { spec: { a: 5 } }), [
    'spec: Invalid value: is 5',
    'spec: Invalid value: m',
    'spec: Invalid value: m',
    'spec: Invalid value: failed rule: self.a < 1',
  ]);
});

test('a rule that fails says why', () => {
  const schema = schemaOf(
    { ...integers, port: { 'x-kubernetes-int-or-string': true } },
    { rule: 'self.a / 0 == 1' },
    { rule: 'self.b == 1', message: 'b is one' },
    { rule: 'self.port < 5' },
  );
  assert.deepEqual(judge(schema, { spec: { a: 1, port: 'x' } }), [
    'spec: Invalid value: "object": division by zero evaluating rule: self.a / 0 == 1',
    'spec: Invalid value: "object": no such key: b evaluating rule: b is one',
    `spec: Invalid value: "object": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: self.port < 5`,
  ]);
});

test('transition rules are for what was there, optional ones for what is new as well', () => {
  const item: JsonSchema = {
    type: 'object',
    properties: { name: { type: 'string' }, value: { type: 'integer' } },
    'x-kubernetes-validations': [{ rule: 'self.value >= oldSelf.value', message: 'grows' }],
  };
  const schema = schemaOf({
    list: {
      type: 'array',
      items: item,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    one: {
      type: 'integer',
      'x-kubernetes-validations': [
        { rule: 'oldSelf.hasValue() || self == 1', optionalOldSelf: true, message: 'begins with 1' },
        { rule: 'self > oldSelf', message: 'more' },
      ],
    },
  });
  const old = { spec: { list: [{ name: 'a', value: 3 }], one: 2 } };
  const next = {
    spec: {
      list: [
        { name: 'b', value: 1 },
        { name: 'a', value: 2 },
      ],
      one: 2,
    },
  };
  assert.deepEqual(judge(schema, next), ['spec.one: Invalid value: 2: begins with 1']);
  assert.deepEqual(judge(schema, next, old), [
    'spec.list[1]: Invalid value: grows',
    'spec.one: Invalid value: 2: more',
  ]);
});

test('findings on what did not change are warnings, but for transition rules', () => {
  const schema = schemaOf({
    a: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 5', message: 'small' }] },
    b: {
      type: 'integer',
      'x-kubernetes-validations': [{ rule: 'oldSelf != self', message: 'another' }],
    },
  });
  assert.deepEqual(judge(schema, { spec: { a: 7, b: 1 } }, { spec: { a: 7, b: 1 } }), [
    'spec.b: Invalid value: 1: another',
    'warning: spec.a: Invalid value: 7: small',
  ]);
  assert.deepEqual(judge(schema, { spec: { a: 8, b: 2 } }, { spec: { a: 7, b: 1 } }), [
    'spec.a: Invalid value: 8: small',
  ]);
});

test('rules of the root have no path, those within allOf are about the same value', () => {
  const schema: JsonSchema = {
    type: 'object',
    'x-kubernetes-validations': [{ rule: 'self.metadata.name != "x"', message: 'not x' }],
    properties: {
      spec: {
        type: 'object',
        properties: { a: { type: 'integer' } },
        allOf: [
          { properties: { a: { 'x-kubernetes-validations': [{ rule: 'self < 5', message: 'small' }] } } },
        ],
      },
    },
  };
  assert.deepEqual(judge(schema, { metadata: { name: 'x' }, spec: { a: 9 } }), [
    '<nil>: Invalid value: not x',
    'spec.a: Invalid value: 9: small',
  ]);
});

test('the budget ends the evaluation of all rules', () => {
  const rule = { rule: 'self.all(x, x == 1)', message: 'ones' };
  const list: JsonSchema = { type: 'array', items: { type: 'integer' }, 'x-kubernetes-validations': [rule] };
  const schema = schemaOf({ one: list, two: list });
  const ones = Array.from({ length: 100 }, () => 1);
  const over =
    'Invalid value: "array": validation failed due to running out of cost budget, no further validation rules will be run';
  assert.deepEqual(judge(schema, { spec: { one: ones, two: ones } }), []);
  assert.deepEqual(judge(schema, { spec: { one: ones, two: ones } }, undefined, { budget: 800 }), [
    `spec.two: ${over}`,
  ]);
});

test('one rule has a limit of its own, which ends all', () => {
  const rule = { rule: 'self.all(x, self.all(y, self.all(z, x + y + z < 10)))' };
  const list: JsonSchema = { type: 'array', items: { type: 'integer' }, 'x-kubernetes-validations': [rule] };
  const schema = schemaOf({
    list,
    after: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'false' }] },
  });
  const ones = Array.from({ length: 200 }, () => 1);
  assert.deepEqual(judge(schema, { spec: { list: ones, after: 1 } }), [
    `spec.list: Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule.rule}`,
  ]);
});
