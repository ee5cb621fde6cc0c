import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from '../../http/in-turns.ts';
import { compileSchema } from './compiled-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const listOf = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));

/** Validates a new object whose `spec` is of a schema. */
function steps(spec: JsonSchema, value: unknown) {
  const schema = compileSchema({ type: 'object', properties: { spec } });
  const object = { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'a' }, spec: value };
  return schema.validate(object, { metadata: [] });
}

function count(work: ReturnType<typeof steps>): number {
  for (let steps = 1; ; steps++) if (work.next().done === true) return steps;
}

test('the larger a value, the more steps its validation has', () => {
  const alternatives = { anyOf: listOf(100, (index) => ({ maximum: index })) };
  const integers: JsonSchema = { type: 'array', items: { type: 'integer', ...alternatives } };
  const few = listOf(10, () => 99);
  const many = listOf(1000, () => 99);
  assert.ok(count(steps(integers, few)) < 10);
  assert.ok(count(steps(integers, many)) > 50);
});

test('rules have steps between them', () => {
  const rule = 'self.all(x, self.all(y, x + y > 0))';
  const rules = listOf(20, () => ({ rule }));
  const integers: JsonSchema = {
    type: 'array',
    items: { type: 'integer' },
    'x-kubernetes-validations': rules,
  };
  const ones = listOf(30, () => 1);
  assert.ok(count(steps(integers, ones)) > 20);
});

test('the texts of all findings together have a bound', async () => {
  const schema: JsonSchema = {
    type: 'array',
    items: { type: 'string', enum: listOf(5000, (index) => `value ${index}`) },
  };
  const few = await inTurns(
    steps(
      schema,
      listOf(100, () => 'none'),
    ),
  );
  assert.equal(few.length, 100);
  const many = steps(
    schema,
    listOf(2000, () => 'none'),
  );
  await assert.rejects(inTurns(many), /the faults of the request are too many/);
});

test('more findings on embedded objects than fit are an error of the request', async () => {
  const schema: JsonSchema = {
    type: 'array',
    items: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  };
  const many = steps(
    schema,
    listOf(100_000, () => ({})),
  );
  await assert.rejects(inTurns(many), /the faults of the request are too many/);
});
