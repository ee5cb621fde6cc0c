import { countCodePoints } from '../parser/issues.ts';
import { equals, typeOf } from '../equality.ts';
import type { FunctionDeclaration, Overload } from '../library.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  stringType,
  timestampType,
  typeOfType,
  typeParameter,
  typeType,
  uintType,
} from '../types.ts';
import {
  EvaluationError,
  ListValue,
  MapValue,
  noSuchOverload,
  OpaqueValue,
  type Result,
  type Value,
} from '../values.ts';
import { add, compare, divide, modulo, multiply, negate, subtract, unsupported } from './arithmetic.ts';
import {
  toBool,
  toBytes,
  toDouble,
  toDuration,
  toInt,
  toString,
  toTimestamp,
  toUint,
} from './conversions.ts';
import { compileRegex } from './regex.ts';

/**
 * The functions and operators of the language itself, with cel-go's overload ids (common/stdlib/standard.go).
 */

const a = typeParameter('A');
const b = typeParameter('B');
const listOfA = listType(a);
const mapOfAB = mapType(a, b);

/** The types that expressions may name. */
export const standardTypes: readonly CelType[] = [
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  listOfA,
  mapOfAB,
  nullType,
  stringType,
  timestampType,
  typeType,
  uintType,
];

type Call = (...args: Value[]) => Result;

const overload = (id: string, parameters: readonly CelType[], result: CelType, call?: Call): Overload => ({
  id,
  parameters,
  result,
  ...(call === undefined ? {} : { call }),
});

const member = (id: string, parameters: readonly CelType[], result: CelType, call?: Call): Overload => ({
  ...overload(id, parameters, result, call),
  member: true,
});

const same = (id: string, type: CelType): Overload => overload(id, [type, type], type);

const numberNames = [
  ['int64', intType],
  ['uint64', uintType],
  ['double', doubleType],
] as const;

/** `<` and the like: every kind against its own, and numbers against each other. */
function comparison(name: string, id: string, accept: (order: number) => boolean): FunctionDeclaration {
  const of = (suffix: string, one: CelType, other: CelType): Overload =>
    overload(`${id}_${suffix}`, [one, other], boolType);
  const numbers = numberNames.flatMap(([first, one]) =>
    numberNames.map(([second, other]) => of(first === second ? first : `${first}_${second}`, one, other)),
  );
  return {
    name,
    overloads: [
      of('bool', boolType, boolType),
      ...numbers,
      of('string', stringType, stringType),
      of('bytes', bytesType, bytesType),
      of('timestamp', timestampType, timestampType),
      of('duration', durationType, durationType),
    ],
    call(one, other) {
      const order = compare(one!, other!, name);
      return typeof order === 'number' ? accept(order) : order;
    },
  };
}

const logic: readonly FunctionDeclaration[] = [
  { name: '_?_:_', overloads: [overload('conditional', [boolType, a, a], a)] },
  { name: '_&&_', overloads: [overload('logical_and', [boolType, boolType], boolType)] },
  { name: '_||_', overloads: [overload('logical_or', [boolType, boolType], boolType)] },
  {
    name: '!_',
    overloads: [overload('logical_not', [boolType], boolType)],
    call: (value) => (typeof value === 'boolean' ? !value : noSuchOverload),
  },
  {
    name: '@not_strictly_false',
    overloads: [overload('not_strictly_false', [boolType], boolType)],
  },
  { name: '_==_', overloads: [overload('equals', [a, a], boolType)] },
  { name: '_!=_', overloads: [overload('not_equals', [a, a], boolType)] },
];

const arithmetic: readonly FunctionDeclaration[] = [
  {
    name: '_+_',
    overloads: [
      same('add_bytes', bytesType),
      same('add_double', doubleType),
      same('add_duration_duration', durationType),
      overload('add_duration_timestamp', [durationType, timestampType], timestampType),
      overload('add_timestamp_duration', [timestampType, durationType], timestampType),
      same('add_int64', intType),
      same('add_list', listOfA),
      same('add_string', stringType),
      same('add_uint64', uintType),
    ],
    call: add as Call,
  },
  {
    name: '_/_',
    overloads: [
      same('divide_double', doubleType),
      same('divide_int64', intType),
      same('divide_uint64', uintType),
    ],
    call: divide as Call,
  },
  {
    name: '_%_',
    overloads: [same('modulo_int64', intType), same('modulo_uint64', uintType)],
    call: modulo as Call,
  },
  {
    name: '_*_',
    overloads: [
      same('multiply_double', doubleType),
      same('multiply_int64', intType),
      same('multiply_uint64', uintType),
    ],
    call: multiply as Call,
  },
  {
    name: '-_',
    overloads: [
      overload('negate_double', [doubleType], doubleType),
      overload('negate_int64', [intType], intType),
    ],
    call: negate as Call,
  },
  {
    name: '_-_',
    overloads: [
      same('subtract_double', doubleType),
      same('subtract_duration_duration', durationType),
      same('subtract_int64', intType),
      overload('subtract_timestamp_duration', [timestampType, durationType], timestampType),
      overload('subtract_timestamp_timestamp', [timestampType, timestampType], durationType),
      same('subtract_uint64', uintType),
    ],
    call: subtract as Call,
  },
  comparison('_<_', 'less', (order) => order < 0),
  comparison('_<=_', 'less_equals', (order) => order <= 0),
  comparison('_>_', 'greater', (order) => order > 0),
  comparison('_>=_', 'greater_equals', (order) => order >= 0),
];

function contains(value: Value, collection: Value): Result {
  if (collection instanceof ListValue) {
    for (let index = 0; index < collection.size; index++) {
      if (equals(value, collection.get(index))) return true;
    }
    return false;
  }
  return collection instanceof MapValue ? collection.find(value) !== undefined : noSuchOverload;
}

/** The size of what has one: characters, bytes, elements, entries. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return countCodePoints(value);
  if (value instanceof ListValue || value instanceof MapValue) return value.size;
  if (value instanceof Uint8Array) return value.length;
  return value instanceof OpaqueValue ? value.size : undefined;
}

const sizes = [
  ['bytes', bytesType],
  ['list', listOfA],
  ['map', mapOfAB],
  ['string', stringType],
] as const;

const collections: readonly FunctionDeclaration[] = [
  {
    name: '_[_]',
    overloads: [overload('index_list', [listOfA, intType], a), overload('index_map', [mapOfAB, a], b)],
  },
  {
    name: '@in',
    overloads: [overload('in_list', [a, listOfA], boolType), overload('in_map', [a, mapOfAB], boolType)],
    call: contains as Call,
  },
  {
    name: 'size',
    overloads: sizes.flatMap(([name, type]) => [
      overload(`size_${name}`, [type], intType),
      member(`${name}_size`, [type], intType),
    ]),
    call(value) {
      const size = sizeOf(value!);
      return size === undefined ? unsupported(value!, 'size') : BigInt(size);
    },
  },
];

const conversion = (
  name: string,
  type: CelType,
  call: (value: Value) => Result,
  from: readonly (readonly [string, CelType])[],
): FunctionDeclaration => ({
  name,
  overloads: from.map(([id, source]) => overload(id, [source], type, call as Call)),
});

const conversions: readonly FunctionDeclaration[] = [
  {
    name: 'type',
    overloads: [overload('type', [a], typeOfType(a))],
    call: (value) => typeOf(value!),
  },
  conversion('bool', boolType, toBool, [
    ['bool_to_bool', boolType],
    ['string_to_bool', stringType],
  ]),
  conversion('bytes', bytesType, toBytes, [
    ['bytes_to_bytes', bytesType],
    ['string_to_bytes', stringType],
  ]),
  conversion('double', doubleType, toDouble, [
    ['double_to_double', doubleType],
    ['int64_to_double', intType],
    ['string_to_double', stringType],
    ['uint64_to_double', uintType],
  ]),
  conversion('duration', durationType, toDuration, [
    ['duration_to_duration', durationType],
    ['int64_to_duration', intType],
    ['string_to_duration', stringType],
  ]),
  { name: 'dyn', overloads: [overload('to_dyn', [a], dynType)], call: (value) => value! },
  conversion('int', intType, toInt, [
    ['int64_to_int64', intType],
    ['double_to_int64', doubleType],
    ['duration_to_int64', durationType],
    ['string_to_int64', stringType],
    ['timestamp_to_int64', timestampType],
    ['uint64_to_int64', uintType],
  ]),
  conversion('string', stringType, toString, [
    ['string_to_string', stringType],
    ['bool_to_string', boolType],
    ['bytes_to_string', bytesType],
    ['double_to_string', doubleType],
    ['duration_to_string', durationType],
    ['int64_to_string', intType],
    ['timestamp_to_string', timestampType],
    ['uint64_to_string', uintType],
  ]),
  conversion('timestamp', timestampType, toTimestamp, [
    ['timestamp_to_timestamp', timestampType],
    ['int64_to_timestamp', intType],
    ['string_to_timestamp', stringType],
  ]),
  conversion('uint', uintType, toUint, [
    ['uint64_to_uint64', uintType],
    ['double_to_uint64', doubleType],
    ['int64_to_uint64', intType],
    ['string_to_uint64', stringType],
  ]),
];

const onStrings = (
  name: string,
  id: string,
  test: (text: string, other: string) => boolean,
): FunctionDeclaration => ({
  name,
  overloads: [member(id, [stringType, stringType], boolType)],
  call: (text, other) =>
    typeof text === 'string' && typeof other === 'string' ? test(text, other) : noSuchOverload,
});

function matches(text: Value, pattern: Value): Result {
  if (typeof text !== 'string') return unsupported(text, 'matches');
  if (typeof pattern !== 'string') return noSuchOverload;
  const regex = compileRegex(pattern);
  return regex instanceof EvaluationError ? regex : regex.test(text);
}

const strings: readonly FunctionDeclaration[] = [
  onStrings('contains', 'contains_string', (text, other) => text.includes(other)),
  onStrings('endsWith', 'ends_with_string', (text, other) => text.endsWith(other)),
  onStrings('startsWith', 'starts_with_string', (text, other) => text.startsWith(other)),
  {
    name: 'matches',
    overloads: [
      overload('matches', [stringType, stringType], boolType),
      member('matches_string', [stringType, stringType], boolType),
    ],
    call: matches as Call,
  },
];

/** All of it but the fields of times. */
export const standardFunctions: readonly FunctionDeclaration[] = [
  ...logic,
  ...arithmetic,
  ...collections,
  ...conversions,
  ...strings,
];
