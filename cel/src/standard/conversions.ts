import { formatDouble, parseBool, parseDouble, parseInt64, parseUint64 } from '../go-numbers.ts';
import { typeOf } from '../equality.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  stringType,
  timestampType,
  uintType,
  type CelType,
} from '../types.ts';
import { Duration, EvaluationError, Timestamp, Uint, type Result, type Value } from '../values.ts';
import { int, uint, unsignedOverflow } from './arithmetic.ts';
import {
  formatDurationSeconds,
  formatTimestamp,
  integerOverflow,
  parseDurationText,
  parseTimestamp,
  timestampOf,
  timestampOverflow,
} from './time.ts';

function refused(value: Value, type: CelType): EvaluationError {
  return new EvaluationError(`type conversion error from '${printed(typeOf(value))}' to '${printed(type)}'`);
}

/** The type as Go's `%s` prints it: by its full name. */
function printed(type: CelType): string {
  return type.name;
}

/** A signed or unsigned whole number of a double, without its fraction. */
function truncate(value: number): bigint {
  return BigInt(Math.trunc(value));
}

/** `int(value)`. */
export function toInt(value: Value): Result {
  if (typeof value === 'bigint') return value;
  if (value instanceof Uint) return int(value.value);
  if (typeof value === 'number') {
    return Number.isFinite(value) && value > -(2 ** 63) && value < 2 ** 63
      ? truncate(value)
      : integerOverflow;
  }
  if (typeof value === 'string') return parseInt64(value) ?? refused(value, intType);
  if (value instanceof Timestamp) return BigInt(value.seconds);
  if (value instanceof Duration) return value.nanos;
  return refused(value, intType);
}

/** `uint(value)`. */
export function toUint(value: Value): Result {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return uint(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) && value >= 0 && value < 2 ** 64
      ? new Uint(truncate(value))
      : unsignedOverflow;
  }
  if (typeof value === 'string') {
    const parsed = parseUint64(value);
    return parsed === undefined ? refused(value, uintType) : new Uint(parsed);
  }
  return refused(value, uintType);
}

/** `double(value)`. */
export function toDouble(value: Value): Result {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value === 'string') return parseDouble(value) ?? refused(value, doubleType);
  return refused(value, doubleType);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `string(value)`. */
export function toString(value: Value): Result {
  switch (typeof value) {
    case 'string':
      return value;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'number':
      return formatDouble(value);
    default:
  }
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDurationSeconds(value);
  if (value instanceof Uint8Array) {
    try {
      return decoder.decode(value);
    } catch {
      return new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
    }
  }
  return refused(value, stringType);
}

/** `bool(value)`. */
export function toBool(value: Value): Result {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string'
    ? (parseBool(value) ?? refused(value, boolType))
    : refused(value, boolType);
}

/** `bytes(value)`. */
export function toBytes(value: Value): Result {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'utf8')) : refused(value, bytesType);
}

/** `timestamp(value)`. */
export function toTimestamp(value: Value): Result {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'bigint') {
    const seconds = Number(value);
    return Number.isSafeInteger(seconds) ? timestampOf(seconds, 0) : timestampOverflow;
  }
  if (typeof value === 'string') return parseTimestamp(value) ?? refused(value, timestampType);
  return refused(value, timestampType);
}

/** `duration(value)`. */
export function toDuration(value: Value): Result {
  if (value instanceof Duration) return value;
  return typeof value === 'string'
    ? (parseDurationText(value) ?? refused(value, durationType))
    : refused(value, durationType);
}
