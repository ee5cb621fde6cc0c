import { concatenate } from '../collections.ts';
import {
  Duration,
  EvaluationError,
  ListValue,
  noSuchOverload,
  Timestamp,
  Uint,
  type Result,
  type Value,
} from '../values.ts';
import {
  addDurations,
  addToTimestamp,
  between,
  integerOverflow,
  subtractDurations,
  subtractFromTimestamp,
} from './time.ts';

const divisionByZero = new EvaluationError('division by zero');
const modulusByZero = new EvaluationError('modulus by zero');
export const unsignedOverflow = new EvaluationError('unsigned integer overflow');
const notANumber = new EvaluationError('NaN values cannot be ordered');

/**
 * The error of an operation that the first operand does not have. Strings, timestamps and durations have
 * methods of their own in cel-go, which are asked and answer without the name.
 */
export function unsupported(value: Value, name: string): EvaluationError {
  return typeof value === 'string' || value instanceof Timestamp || value instanceof Duration
    ? noSuchOverload
    : new EvaluationError(`no such overload: ${name}`);
}

/** An int if the value is within 64 bits. */
export function int(value: bigint): Result {
  return BigInt.asIntN(64, value) === value ? value : integerOverflow;
}

/** A uint if the value is within 64 bits. */
export function uint(value: bigint): Result {
  return value < 0n || BigInt.asUintN(64, value) !== value ? unsignedOverflow : new Uint(value);
}

/** `one + other`. */
export function add(one: Value, other: Value): Result {
  if (typeof one === 'bigint') return typeof other === 'bigint' ? int(one + other) : noSuchOverload;
  if (typeof one === 'string') return typeof other === 'string' ? one + other : noSuchOverload;
  if (typeof one === 'number') return typeof other === 'number' ? one + other : noSuchOverload;
  if (one instanceof ListValue) return other instanceof ListValue ? concatenate(one, other) : noSuchOverload;
  if (one instanceof Uint) return other instanceof Uint ? uint(one.value + other.value) : noSuchOverload;
  if (one instanceof Uint8Array) {
    return other instanceof Uint8Array ? new Uint8Array(Buffer.concat([one, other])) : noSuchOverload;
  }
  if (one instanceof Duration) {
    if (other instanceof Duration) return addDurations(one, other);
    return other instanceof Timestamp ? addToTimestamp(other, one.nanos) : noSuchOverload;
  }
  if (one instanceof Timestamp) {
    return other instanceof Duration ? addToTimestamp(one, other.nanos) : noSuchOverload;
  }
  return unsupported(one, '_+_');
}

/** `one - other`. */
export function subtract(one: Value, other: Value): Result {
  if (typeof one === 'bigint') return typeof other === 'bigint' ? int(one - other) : noSuchOverload;
  if (typeof one === 'number') return typeof other === 'number' ? one - other : noSuchOverload;
  if (one instanceof Uint) return other instanceof Uint ? uint(one.value - other.value) : noSuchOverload;
  if (one instanceof Timestamp) {
    if (other instanceof Duration) return subtractFromTimestamp(one, other);
    return other instanceof Timestamp ? between(one, other) : noSuchOverload;
  }
  if (one instanceof Duration)
    return other instanceof Duration ? subtractDurations(one, other) : noSuchOverload;
  return unsupported(one, '_-_');
}

/** `one * other`. */
export function multiply(one: Value, other: Value): Result {
  if (typeof one === 'bigint') return typeof other === 'bigint' ? int(one * other) : noSuchOverload;
  if (typeof one === 'number') return typeof other === 'number' ? one * other : noSuchOverload;
  if (one instanceof Uint) return other instanceof Uint ? uint(one.value * other.value) : noSuchOverload;
  return unsupported(one, '_*_');
}

/** `one / other`. */
export function divide(one: Value, other: Value): Result {
  if (typeof one === 'number') return typeof other === 'number' ? one / other : noSuchOverload;
  if (typeof one === 'bigint') {
    if (typeof other !== 'bigint') return noSuchOverload;
    return other === 0n ? divisionByZero : int(one / other);
  }
  if (one instanceof Uint) {
    if (!(other instanceof Uint)) return noSuchOverload;
    return other.value === 0n ? divisionByZero : new Uint(one.value / other.value);
  }
  return unsupported(one, '_/_');
}

/** `one % other`. */
export function modulo(one: Value, other: Value): Result {
  if (typeof one === 'bigint') {
    if (typeof other !== 'bigint') return noSuchOverload;
    if (other === 0n) return modulusByZero;
    return one === -(2n ** 63n) && other === -1n ? integerOverflow : one % other;
  }
  if (one instanceof Uint) {
    if (!(other instanceof Uint)) return noSuchOverload;
    return other.value === 0n ? modulusByZero : new Uint(one.value % other.value);
  }
  return unsupported(one, '_%_');
}

/** `-value`. */
export function negate(value: Value): Result {
  if (typeof value === 'bigint') return int(-value);
  if (typeof value === 'number') return -value;
  if (value instanceof Duration) {
    return BigInt.asIntN(64, -value.nanos) === -value.nanos ? new Duration(-value.nanos) : integerOverflow;
  }
  return typeof value === 'boolean' ? noSuchOverload : unsupported(value, '-_');
}

function order(one: bigint | number, other: bigint | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function orderNumbers(one: bigint | number, other: Value): number | EvaluationError {
  const second = other instanceof Uint ? other.value : other;
  if (typeof second === 'bigint') {
    // An integer is made a double to be compared with one, and may be rounded.
    return typeof one === 'bigint' ? order(one, second) : order(one, Number(second));
  }
  if (typeof second !== 'number') return noSuchOverload;
  if (Number.isNaN(second)) return notANumber;
  return typeof one === 'number' ? order(one, second) : order(Number(one), second);
}

/** Strings in the order of their code points. */
function orderStrings(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    let first = one.charCodeAt(index);
    let second = other.charCodeAt(index);
    if (first === second) continue;
    // Surrogates stand for what is above all other units.
    if (first >= 0xd800 && second >= 0xd800) {
      first = first >= 0xe000 ? first - 0x800 : first + 0x2000;
      second = second >= 0xe000 ? second - 0x800 : second + 0x2000;
    }
    return first - second;
  }
  return one.length - other.length;
}

/** The order of two values of one kind, or of two numbers: negative, 0, positive, or an error. */
export function compare(one: Value, other: Value, operator: string): number | EvaluationError {
  switch (typeof one) {
    case 'bigint':
      return orderNumbers(one, other);
    case 'string':
      return typeof other === 'string' ? orderStrings(one, other) : noSuchOverload;
    case 'number':
      return Number.isNaN(one) ? notANumber : orderNumbers(one, other);
    case 'boolean':
      return typeof other === 'boolean' ? Number(one) - Number(other) : noSuchOverload;
    default:
  }
  if (one instanceof Uint) return orderNumbers(one.value, other);
  if (one instanceof Timestamp) {
    if (!(other instanceof Timestamp)) return noSuchOverload;
    return one.seconds - other.seconds || one.nanos - other.nanos;
  }
  if (one instanceof Duration) {
    return other instanceof Duration ? order(one.nanos, other.nanos) : noSuchOverload;
  }
  if (one instanceof Uint8Array) {
    return other instanceof Uint8Array ? Buffer.compare(one, other) : noSuchOverload;
  }
  return unsupported(one, operator);
}
