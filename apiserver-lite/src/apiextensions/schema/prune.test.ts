import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from './json-schema.ts';
import { pruned } from './prune.ts';
import { atOnce } from './values/at-once.ts';
import { validateValue } from './values/validate-value.ts';

const strange = JSON.parse('{"constructor": 1, "__proto__": 2, "toString": "a", "known": 3}') as object;

test('names that every JavaScript object has are names like others', () => {
  const known: JsonSchema = { type: 'object', properties: { known: { type: 'integer' } } };
  assert.deepEqual(pruned(strange, known), { known: 3 });
  const integers: JsonSchema = { type: 'object', additionalProperties: { type: 'integer' } };
  assert.equal(JSON.stringify(pruned(strange, integers)), JSON.stringify(strange));
});

test('and are judged by the schema that is meant', () => {
  const integers: JsonSchema = { type: 'object', additionalProperties: { type: 'integer' } };
  assert.deepEqual(
    atOnce(validateValue(strange, integers, 'd')).map(({ field }) => field),
    ['d.toString'],
  );
  const asked: JsonSchema = { type: 'object', required: ['valueOf'] };
  assert.deepEqual(
    atOnce(validateValue(strange, asked, 'd')).map(({ field, message }) => [field, message]),
    [['d.valueOf', 'Required value']],
  );
});
