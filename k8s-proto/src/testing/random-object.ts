import { planOf } from '../conform/plan.ts';
import type { FieldType, SpecialKind } from '../schema/field-type.ts';
import { jsonSchemaProps } from '../schema/field-type.ts';
import type { Random } from './random.ts';

const texts = [
  'a',
  'web-1',
  'node.kubernetes.io/x',
  'naïve',
  '漢字',
  '😀\uFFFF',
  'x'.repeat(200),
  '',
  ' ',
  'né'.repeat(40),
];
const keys = ['app', 'b/c', '__proto__', 'constructor', '10', 'é', '\uFF5E', '😀', 'A'];
const integers = [0, 1, -1, 127, 128, 65_535, 2_147_483_647, -2_147_483_648];
const longIntegers = [...integers, 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER, 9_223_372_036_854_775_807n];
const quantities = ['0', '100m', '1', '1536Mi', '2Gi', '3e6', '1k', '-5', '123456789n', '1Ei'];

function randomSpecial(random: Random, kind: SpecialKind, depth: number): unknown {
  switch (kind) {
    case 'time':
      return random.pick(['2026-11-21T10:41:00Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59Z', null]);
    case 'microTime':
      return random.pick(['2026-11-21T10:41:00.000001Z', '1969-12-31T23:59:59.999999Z', null]);
    case 'duration':
      return random.pick(['0s', '1h30m0s', '1.5s', '-250ms', '1ns']);
    case 'quantity':
      return random.pick(quantities);
    case 'intOrString':
      return random.pick<unknown>([0, -1, 8080, '25%', 'http', '']);
    case 'fieldsV1':
      return { 'f:spec': { 'f:replicas': {}, 'k:{"name":"x"}': { '.': {} } } };
    case 'rawExtension':
    case 'json':
      return random.pick<unknown>([{ a: [1, 'two', null, { b: true }] }, null, 'text', 7, [1]]);
    case 'schemaOrBool':
      return random.chance(0.5) ? random.chance(0.5) : randomMessage(random, jsonSchemaProps, depth - 1);
    case 'schemaOrArray':
      return random.chance(0.5)
        ? [randomMessage(random, jsonSchemaProps, depth - 1)]
        : randomMessage(random, jsonSchemaProps, depth - 1);
    case 'schemaOrStringArray':
      return random.chance(0.5) ? ['x', 'y'] : randomMessage(random, jsonSchemaProps, depth - 1);
  }
}

function randomValue(random: Random, type: FieldType, depth: number): unknown {
  switch (type.kind) {
    case 'string':
      return type.values !== undefined && random.chance(0.5) ? random.pick(type.values) : random.pick(texts);
    case 'bool':
      return random.chance(0.5);
    case 'int32':
      return random.pick(integers);
    case 'int64':
      return random.pick<unknown>(longIntegers);
    case 'float64':
      return random.pick([0, 1.5, -2e-7, 1e300]);
    case 'bytes':
      return random.pick(['', 'aGVsbG8=', '//79']);
    case 'list':
      return Array.from({ length: 1 + random.below(3) }, () => randomValue(random, type.element, depth - 1));
    case 'map': {
      // An object made by assignment would lose the key __proto__.
      const entries = Array.from({ length: 1 + random.below(4) }, (): [string, unknown] => [
        random.pick(keys),
        randomValue(random, type.value, depth - 1),
      ]);
      return Object.fromEntries(entries);
    }
    case 'message':
      return randomMessage(random, type.name, depth - 1);
    default:
      return randomSpecial(random, type.kind, depth);
  }
}

/**
 * A random JSON value of a message: any field may be there, lists and maps are never empty, nothing is
 * unknown.
 */
export function randomMessage(random: Random, message: string, depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  if (depth <= 0) return object;
  for (const { json, type } of planOf(message).fields) {
    if (json === 'kind' || json === 'apiVersion') continue;
    if (random.chance(0.4)) object[json] = randomValue(random, type, depth);
  }
  return object;
}
