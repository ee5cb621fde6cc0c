import type { FieldType } from '@pg8s/k8s-proto/schema/field-type';
import { requireMessage } from '@pg8s/k8s-proto/schema/schema';
import type { Random } from '@pg8s/shim/mvcc/testing/random';

/** Values of no type in particular: most are wrong wherever they stand. */
const anything: readonly unknown[] = [
  null,
  '',
  'a',
  'A b',
  'a/b',
  '-1',
  '1Gi',
  '2026-01-02T03:04:05Z',
  0,
  1,
  -1,
  4_294_967_296,
  1e300,
  1.5,
  true,
  [],
  {},
  [null],
  [''],
  [{}],
  { a: 'b' },
  { '': '' },
];

const texts: readonly string[] = [
  '',
  'a',
  'walk',
  'Walk',
  'a.b',
  'a/b',
  'example.com/walk',
  'a/b/c',
  'A b',
  '10',
  '-1',
  '10%',
  '192.0.2.7',
  '::1',
  '010.0.0.1',
  '10.0.0.0/8',
  'http://x',
  '/walk',
  '../walk',
  'é',
  '漢字 😀',
  'a\nb"\\',
  'x'.repeat(64),
  'x'.repeat(254),
  '*',
  '-',
  'v1',
  'apps/v1',
];

const integers: readonly number[] = [
  0, 1, 2, -1, 80, 1000, 65_536, 2_147_483_647, -2_147_483_648, 2_147_483_648, 1e15,
];

const keys: readonly string[] = ['a', 'cpu', 'memory', 'storage', 'example.com/a', '', 'A b', 'a/b/c', 'é'];

/** A value that a field of any type may be given. */
export function anyValue(random: Random): unknown {
  return structuredClone(random.pick(anything));
}

/** CEL, which is not compiled yet: kube-apiserver says more of it. */
export const expressions: ReadonlySet<string> = new Set([
  'expression',
  'messageExpression',
  'valueExpression',
  'cel',
]);

/** A value of the type, which validation may refuse; messages nest so deep. */
export function valueOf(type: FieldType, random: Random, depth = 3): unknown {
  switch (type.kind) {
    case 'string':
      return type.values !== undefined && random.chance(70) ? random.pick(type.values) : random.pick(texts);
    case 'bool':
      return random.chance(50);
    case 'int32':
    case 'int64':
      return random.pick(integers);
    case 'float64':
      return random.pick([0, 1.5, -1]);
    case 'bytes':
      return random.pick(['', 'aGVsbG8=', '-']);
    case 'list':
      return Array.from({ length: random.below(3) }, () => valueOf(type.element, random, depth));
    case 'map':
      return Object.fromEntries(
        Array.from({ length: random.below(3) }, (): [string, unknown] => [
          random.pick(keys),
          valueOf(type.value, random, depth),
        ]),
      );
    case 'message':
      return messageOf(type.name, random, depth - 1);
    case 'time':
    case 'microTime':
      return random.pick(['2026-11-21T10:41:00Z', '2026-11-21T10:41:00.000001Z', '', null]);
    case 'duration':
      return random.pick(['0s', '1h30m0s', '-250ms', 'x']);
    case 'quantity':
      return random.pick(['0', '100m', '1', '1.5Gi', '3e6', '-5', '123456789n', 'x', '', 7]);
    case 'intOrString':
      return random.pick<unknown>([0, -1, 80, 65_536, '25%', '101%', 'http', 'Bad', '']);
    default:
      return anyValue(random);
  }
}

function messageOf(name: string, random: Random, depth: number): object {
  const object: Record<string, unknown> = {};
  if (depth < 0) return object;
  for (const [json, { type }] of requireMessage(name).byJson)
    if (random.chance(30) && !expressions.has(json)) object[json] = valueOf(type, random, depth);
  return object;
}
