import {
  boolType,
  bytesType,
  CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  opaqueType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from './types.ts';
import {
  Duration,
  EvaluationError,
  ListValue,
  MapValue,
  ObjectValue,
  OpaqueValue,
  OptionalValue,
  Timestamp,
  Uint,
  type Result,
  type Value,
} from './values.ts';

const listOfAnything = listType(dynType);
const mapOfAnything = mapType(dynType, dynType);
const optionalOfAnything = opaqueType('optional_type', dynType);
const errorOfEvaluation = opaqueType('error');

/** The type of a value when it is evaluated; lists, maps and optionals are of no particular element. */
export function typeOf(value: Result): CelType {
  switch (typeof value) {
    case 'boolean':
      return boolType;
    case 'bigint':
      return intType;
    case 'number':
      return doubleType;
    case 'string':
      return stringType;
    default:
  }
  if (value === null) return nullType;
  if (value instanceof ListValue) return listOfAnything;
  if (value instanceof MapValue) return mapOfAnything;
  if (value instanceof Uint) return uintType;
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof Timestamp) return timestampType;
  if (value instanceof Duration) return durationType;
  if (value instanceof OptionalValue) return optionalOfAnything;
  if (value instanceof CelType) return typeType;
  if (value instanceof EvaluationError) return errorOfEvaluation;
  return value.type;
}

/** The type of a value as Go's `%T` names it in messages of cel-go: `types.Int`. */
export function goType(value: Value): string {
  if (value === null) return 'types.Null';
  if (value instanceof OptionalValue) return '*types.Optional';
  if (value instanceof CelType) return '*types.Type';
  if (value instanceof MapValue) return '*types.baseMap';
  if (value instanceof ListValue) return '*types.baseList';
  const { name } = typeOf(value);
  const short = name.slice(name.lastIndexOf('.') + 1);
  return `types.${short.charAt(0).toUpperCase()}${short.slice(1)}`;
}

/**
 * An integer against a double as cel-go does it: the integer is made a double, which may round
 * (common/types/compare.go).
 */
function equalIntegerDouble(integer: bigint, double: number): boolean {
  return Number(integer) === double;
}

/** Whether two values are equal; values of different kinds are not, but numbers are by what they are. */
export function equals(one: Value, other: Value): boolean {
  if (one === other) return true;
  switch (typeof one) {
    case 'string':
    case 'boolean':
      return false;
    case 'bigint':
      if (typeof other === 'number') return equalIntegerDouble(one, other);
      return other instanceof Uint && other.value === one;
    case 'number':
      if (typeof other === 'bigint') return equalIntegerDouble(other, one);
      return other instanceof Uint && equalIntegerDouble(other.value, one);
    default:
  }
  if (one === null || other === null) return false;
  if (one instanceof ListValue) return other instanceof ListValue && equalLists(one, other);
  if (one instanceof MapValue) return other instanceof MapValue && equalMaps(one, other);
  if (one instanceof Uint) {
    if (other instanceof Uint) return one.value === other.value;
    if (typeof other === 'bigint') return one.value === other;
    return typeof other === 'number' && equalIntegerDouble(one.value, other);
  }
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (one instanceof Timestamp) {
    return other instanceof Timestamp && one.seconds === other.seconds && one.nanos === other.nanos;
  }
  if (one instanceof Duration) return other instanceof Duration && one.nanos === other.nanos;
  if (one instanceof OptionalValue) return other instanceof OptionalValue && equalOptionals(one, other);
  if (one instanceof CelType) return other instanceof CelType && one.name === other.name;
  if (one instanceof ObjectValue || one instanceof OpaqueValue) return one.equals(other);
  return false;
}

function equalOptionals(one: OptionalValue, other: OptionalValue): boolean {
  if (one.value === undefined || other.value === undefined) return one.value === other.value;
  return equals(one.value, other.value);
}

/** Whether `one == other` has an answer. */
export function isComparable(one: Value, other: Value): boolean {
  if (!(one instanceof OpaqueValue) || one.comparesTo === undefined || other === null) return true;
  return one.comparesTo(other);
}

/** Whether parts of two lists or maps make them unequal. */
function differ(one: Value, other: Value): boolean {
  return isComparable(one, other) && !equals(one, other);
}

function equalLists(one: ListValue, other: ListValue): boolean {
  if (one.equals !== undefined) return one.equals(other);
  if (one.size !== other.size) return false;
  for (let index = 0; index < one.size; index++) {
    if (differ(one.get(index), other.get(index))) return false;
  }
  return true;
}

function equalMaps(one: MapValue, other: MapValue): boolean {
  if (one.equals !== undefined) return one.equals(other);
  if (one.size !== other.size) return false;
  for (const key of one.keys()) {
    const found = other.find(key);
    if (found === undefined || differ(one.find(key)!, found)) return false;
  }
  return true;
}
