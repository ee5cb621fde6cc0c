import { goJson } from '@pg8s/k8s-proto/go-json';
import { goNumber } from '@pg8s/k8s-proto/go-number';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { FieldError } from '../../api-errors/status-error.ts';
import { GoValue } from './go-value.ts';

/** A copy with the keys of maps in Go's order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null || hasOwnJson(value)) return value;
  const entries = Object.entries(value);
  if (!entries.every(([, item]) => typeof item === 'string')) {
    return Object.fromEntries(entries.map(([key, item]) => [key, ordered(item)]));
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hasOwnJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** How a finding prints a value (since 1.34): strings quoted, everything else as JSON, absent as null. */
function printed(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (value instanceof GoValue) return value.json();
  if (typeof value === 'object') return goJson(ordered(value));
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return goNumber(value);
  return String(value);
}

const withDetail = (text: string, detail: string) => (detail === '' ? text : `${text}: ${detail}`);

/** `Required value[: detail]` */
export function required(field: string, detail = ''): FieldError {
  return { field, reason: 'FieldValueRequired', message: withDetail('Required value', detail) };
}

/** `Internal error: detail`: a check that fails itself. */
export function internalFault(field: string, detail: string): FieldError {
  return { field, reason: 'InternalError', message: `Internal error: ${detail}` };
}

/** `Invalid value: <value>: detail` */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: withDetail(`Invalid value: ${printed(value)}`, detail),
  };
}

/** `Invalid value: detail`, where the value would not help. */
export function invalidWithoutValue(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: withDetail('Invalid value', detail) };
}

/** `Unsupported value: <value>: supported values: "a", "b"` */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: withDetail(
      `Unsupported value: ${printed(value)}`,
      supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`,
    ),
  };
}

/** `Duplicate value: <value>` */
export function duplicate(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueDuplicate', message: `Duplicate value: ${printed(value)}` };
}

/** `Forbidden: detail` */
export function forbiddenField(field: string, detail: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail) };
}

/** `Not found: <value>` */
export function notFoundValue(field: string, value: unknown): FieldError {
  return { field, reason: 'FieldValueNotFound', message: `Not found: ${printed(value)}` };
}

/** `Too long: may not be more than … bytes` */
export function tooLong(field: string, maxBytes: number): FieldError {
  return {
    field,
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${maxBytes} byte${maxBytes === 1 ? '' : 's'}`,
  };
}

/** One finding per message, all on the same value. */
export function invalidEach(field: string, value: unknown, messages: readonly string[]): FieldError[] {
  return messages.map((message) => invalidValue(field, value, message));
}

/** `Not found: <value>: detail` */
export function notFoundBecause(field: string, value: unknown, detail: string): FieldError {
  return { ...notFoundValue(field, value), message: `Not found: ${printed(value)}: ${detail}` };
}

/** `Duplicate value: <value>: detail` */
export function duplicateBecause(field: string, value: unknown, detail: string): FieldError {
  return { ...duplicate(field, value), message: `Duplicate value: ${printed(value)}: ${detail}` };
}

/** `Too many: <count>: must have at most … items` */
export function tooMany(field: string, count: number, most: number): FieldError {
  return {
    field,
    reason: 'FieldValueTooMany',
    message: `Too many: ${count}: must have at most ${most} item${most === 1 ? '' : 's'}`,
  };
}
