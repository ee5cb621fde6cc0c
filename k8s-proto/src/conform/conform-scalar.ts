import { NumberToken } from '../json-number.ts';
import type { ScalarType } from '../schema/field-type.ts';
import { Buffer } from 'node:buffer';
import { ConformError } from './conform-error.ts';
import { jsonType } from './walk.ts';
import type { Walk } from './walk.ts';

const zeroScalars: Readonly<Record<ScalarType['kind'], unknown>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  float64: 0,
  bytes: null,
};

function isInt(kind: 'int32' | 'int64', value: number | bigint): boolean {
  if (kind === 'int32') return typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff;
  return typeof value === 'bigint' ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
}

/** Go takes a list of numbers for bytes, too. */
function bytesOfList(walk: Walk, list: readonly unknown[]): string | null {
  const bytes = new Uint8Array(list.length);
  for (const [index, item] of list.entries()) {
    const number = item === null ? 0 : item;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 255) {
      bytes[index] = number;
      continue;
    }
    const isNumber = jsonType(number) === 'number';
    const text = number instanceof NumberToken ? number.source : String(number);
    walk.typeError(isNumber ? `number ${text}` : jsonType(number), 'uint8');
    return null;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Base64, as a text or as a list of bytes. */
export function conformBytes(walk: Walk, goType: string, value: unknown): string | null {
  if (Array.isArray(value)) return bytesOfList(walk, value);
  if (typeof value !== 'string') {
    walk.typeError(jsonType(value), goType);
    return null;
  }
  const text = /[\r\n]/.test(value) ? value.replaceAll(/[\r\n]/g, '') : value;
  const at = illegalByte(text);
  if (at === undefined) return text;
  walk.firstError ??= new ConformError('value', `illegal base64 data at input byte ${at}`);
  return null;
}

/** Where a text stops being base64, as Go's decoder tells it; undefined where it is all of it. */
function illegalByte(text: string): number | undefined {
  const at = text.search(/[^A-Za-z0-9+/]/);
  if (at < 0) return text.length % 4 === 0 ? undefined : text.length - (text.length % 4);
  const digits = at % 4;
  if (text[at] !== '=' || digits < 2) return at;
  // Two digits want two signs of padding; what comes after the padding is too much.
  if (digits === 2 && text[at + 1] !== '=') return at + 1 === text.length ? text.length : at;
  const end = at + 4 - digits;
  return end < text.length ? end : undefined;
}

/** A scalar in its normal form; null is the zero value. */
export function conformScalar(walk: Walk, type: ScalarType, value: unknown): unknown {
  const zero = zeroScalars[type.kind];
  if (value === null) return zero;
  switch (type.kind) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'bool':
      if (typeof value === 'boolean') return value;
      break;
    case 'int32':
    case 'int64':
      if (typeof value === 'number' || typeof value === 'bigint') {
        const whole = typeof value === 'bigint' || Number.isInteger(value);
        if (whole && isInt(type.kind, value)) return value;
        walk.typeError(`number ${value}`, type.goType);
        return zero;
      }
      if (value instanceof NumberToken) {
        walk.typeError(`number ${value.source}`, type.goType);
        return zero;
      }
      break;
    case 'float64':
      if (value instanceof NumberToken) {
        const number = Number(value.source);
        if (Number.isFinite(number)) return number;
        walk.typeError(`number ${value.source}`, type.goType);
        return zero;
      }
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return Number(value);
      break;
    case 'bytes':
      return conformBytes(walk, type.goType, value);
  }
  walk.typeError(jsonType(value), type.goType);
  return zero;
}
