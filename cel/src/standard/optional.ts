import { EntryMap, GrowingMap } from '../collections.ts';
import { printValue } from '../format-value.ts';
import type { FunctionDeclaration, Library } from '../library.ts';
import {
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  optionalType,
  stringType,
  typeParameter,
} from '../types.ts';
import {
  ArrayList,
  Duration,
  EvaluationError,
  ListValue,
  MapValue,
  noSuchOverload,
  optionalNone,
  OptionalValue,
  Timestamp,
  Uint,
  type Result,
  type Value,
} from '../values.ts';
import { bindMacro, optionalMacros, twoVariableMacros } from './macros.ts';

const k = typeParameter('K');
const v = typeParameter('V');
const optionalV = optionalType(v);
const listV = listType(v);
const mapKV = mapType(k, v);

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof ListValue || value instanceof MapValue) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  // Go's zero time is the first second of the year 1.
  return value instanceof Timestamp && value.seconds === -62_135_596_800 && value.nanos === 0;
}

function unwrap(list: Value): Result {
  if (!(list instanceof ListValue)) return noSuchOverload;
  const values: Value[] = [];
  for (let index = 0; index < list.size; index++) {
    const element = list.get(index);
    if (!(element instanceof OptionalValue)) {
      return new EvaluationError(`value ${printValue(element)} is not optional`);
    }
    if (element.value !== undefined) values.push(element.value);
  }
  return new ArrayList(values);
}

/** The value of an optional, or the error that there is none. */
export function dereference({ value }: OptionalValue): Result {
  return value === undefined ? new EvaluationError('optional.none() dereference') : value;
}

function at(list: Value, index: (size: number) => number): Result {
  if (!(list instanceof ListValue)) return noSuchOverload;
  return list.size === 0 ? optionalNone : new OptionalValue(list.get(index(list.size)));
}

const functions: readonly FunctionDeclaration[] = [
  {
    name: 'optional.of',
    overloads: [
      { id: 'optional_of', parameters: [v], result: optionalV, call: (value) => new OptionalValue(value) },
    ],
  },
  {
    name: 'optional.ofNonZeroValue',
    overloads: [
      {
        id: 'optional_ofNonZeroValue',
        parameters: [v],
        result: optionalV,
        call: (value) => (isZero(value!) ? optionalNone : new OptionalValue(value)),
      },
    ],
  },
  {
    name: 'optional.none',
    overloads: [{ id: 'optional_none', parameters: [], result: optionalV, call: () => optionalNone }],
  },
  {
    name: 'value',
    overloads: [
      {
        id: 'optional_value',
        member: true,
        parameters: [optionalV],
        result: v,
        call: (value) => (value instanceof OptionalValue ? dereference(value) : noSuchOverload),
      },
    ],
  },
  {
    name: 'hasValue',
    overloads: [
      {
        id: 'optional_hasValue',
        member: true,
        parameters: [optionalV],
        result: boolType,
        call: (value) => (value instanceof OptionalValue ? value.value !== undefined : noSuchOverload),
      },
    ],
  },
  // Both are evaluated without their second argument when they can be.
  {
    name: 'or',
    overloads: [
      { id: 'optional_or_optional', member: true, parameters: [optionalV, optionalV], result: optionalV },
    ],
  },
  {
    name: 'orValue',
    overloads: [{ id: 'optional_orValue_value', member: true, parameters: [optionalV, v], result: v }],
  },
  {
    name: '_?._',
    overloads: [{ id: 'select_optional_field', parameters: [dynType, stringType], result: optionalV }],
  },
  {
    name: '_[?_]',
    overloads: [
      { id: 'list_optindex_optional_int', parameters: [listV, intType], result: optionalV },
      {
        id: 'optional_list_optindex_optional_int',
        parameters: [optionalType(listV), intType],
        result: optionalV,
      },
      { id: 'map_optindex_optional_value', parameters: [mapKV, k], result: optionalV },
      { id: 'optional_map_optindex_optional_value', parameters: [optionalType(mapKV), k], result: optionalV },
    ],
  },
  {
    name: '_[_]',
    overloads: [
      { id: 'optional_list_index_int', parameters: [optionalType(listV), intType], result: optionalV },
      { id: 'optional_map_index_value', parameters: [optionalType(mapKV), k], result: optionalV },
    ],
  },
  {
    name: 'last',
    overloads: [
      {
        id: 'list_last',
        member: true,
        parameters: [listV],
        result: optionalV,
        call: (list) => at(list!, (size) => size - 1),
      },
    ],
  },
  {
    name: 'first',
    overloads: [
      {
        id: 'list_first',
        member: true,
        parameters: [listV],
        result: optionalV,
        call: (list) => at(list!, () => 0),
      },
    ],
  },
  {
    name: 'optional.unwrap',
    overloads: [
      {
        id: 'optional_unwrap',
        parameters: [listType(optionalV)],
        result: listV,
        call: (list) => unwrap(list!),
      },
    ],
  },
  {
    name: 'unwrapOpt',
    overloads: [
      {
        id: 'optional_unwrapOpt',
        member: true,
        parameters: [listType(optionalV)],
        result: listV,
        call: (list) => unwrap(list!),
      },
    ],
  },
];

/** Optional values (cel-go: cel/library.go, OptionalTypes). The syntax `a.?b`, `a[?b]` is always parsed. */
export const optionalLibrary: Library = {
  name: 'cel.lib.optional',
  functions,
  macros: optionalMacros,
  types: [optionalV],
};

function insert(map: Value, key: Value, value: Value): Result {
  if (!(map instanceof MapValue)) return noSuchOverload;
  if (map.find(key) !== undefined) {
    return new EvaluationError(`insert failed: key ${printValue(key)} already exists`);
  }
  let target: EntryMap;
  if (map instanceof GrowingMap) target = map;
  else {
    target = new EntryMap();
    for (const each of map.keys()) target.set(each, map.find(each)!);
  }
  return target.set(key, value);
}

function insertAll(map: Value, entries: Value): Result {
  if (!(map instanceof MapValue) || !(entries instanceof MapValue)) return noSuchOverload;
  let result: Result = map;
  for (const key of entries.keys()) {
    result = insert(result, key, entries.find(key)!);
    if (result instanceof EvaluationError) return result;
  }
  return result;
}

/** Comprehensions of two variables (cel-go: ext/comprehensions.go). */
export const twoVariableLibrary: Library = {
  name: 'cel.lib.ext.comprev2',
  macros: twoVariableMacros,
  functions: [
    {
      name: 'cel.@mapInsert',
      overloads: [
        {
          id: '@mapInsert_map_key_value',
          parameters: [mapKV, k, v],
          result: mapKV,
          call: (map, key, value) => insert(map!, key!, value!),
        },
        {
          id: '@mapInsert_map_map',
          parameters: [mapKV, mapKV],
          result: mapKV,
          call: (map, entries) => insertAll(map!, entries!),
        },
      ],
    },
  ],
};

/** `cel.bind` (cel-go: ext/bindings.go). Kubernetes does not have it. */
export const bindingsLibrary: Library = { name: 'cel.lib.ext.cel.bindings', macros: [bindMacro] };
