import type { ScalarType } from '../schema/field-type.ts';
import { conformBytes } from './conform-scalar.ts';
import { ConformError } from './conform-error.ts';
import type { Walk } from './walk.ts';

/**
 * Kubernetes reads the result of a strategic merge patch not as JSON but as Go values
 * (`runtime.FromUnstructured`): whole numbers of any form are integers, integers too large lose their upper
 * bits, and errors have other words.
 */
type GoKind = 'string' | 'bool' | 'int64' | 'float64' | 'slice' | 'map';

/** The kind of the Go value that a JSON value is read into. */
export function goKind(value: unknown): GoKind {
  if (Array.isArray(value)) return 'slice';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 'int64' : 'float64';
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'int64' : 'float64';
    default:
      return 'map';
  }
}

/** An error of this way of reading. */
export function restoreError(message: string): ConformError {
  return new ConformError('type', message);
}

function toInteger(value: number | bigint, bits: 32 | 64): number | bigint {
  const whole = typeof value === 'bigint' || Math.abs(value) < 2 ** 63 ? BigInt(value) : -(1n << 63n);
  const integer = BigInt.asIntN(bits, whole);
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** Bytes are a JSON text within: what is wrong with it says so. */
function restoreBytes(walk: Walk, { goType }: ScalarType, value: unknown): string | null {
  const before = walk.firstError;
  walk.firstError = undefined;
  const bytes = conformBytes(walk, goType, value);
  const error = walk.firstError as ConformError | undefined;
  walk.firstError = before;
  if (error !== undefined) throw new ConformError('value', `error decoding from json: ${error.message}`);
  return bytes;
}

/** A scalar in its normal form; the value is not null. @throws ConformError */
export function restoreScalar(walk: Walk, type: ScalarType, value: unknown): unknown {
  const from = goKind(value);
  const { kind } = type;
  if (kind === 'bytes') {
    if (from === 'slice') return conformBytes(walk, type.goType, value);
    if (from === 'string') return restoreBytes(walk, type, value);
    throw restoreError(`cannot restore slice from ${from}`);
  }
  if (kind === from) return kind === 'float64' ? Number(value) : value;
  if (from === 'int64') {
    if (kind === 'int32') return toInteger(value as number | bigint, 32);
    if (kind === 'float64') return Number(value);
    if (kind === 'string') throw restoreError(`cannot convert int64 to ${type.goType}`);
  }
  if (from === 'float64' && (kind === 'int32' || kind === 'int64')) {
    if (!Number.isInteger(Number(value))) throw restoreError(`cannot convert float64 to ${type.goType}`);
    return toInteger(value as number | bigint, kind === 'int32' ? 32 : 64);
  }
  throw restoreError(`unrecognized type: ${kind}`);
}
