import type { FieldError } from '../../server/status-error.ts';

/** A Go `%q` of the string. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', String.raw`\x7f`);
}

/** The keys of maps in Go's order; the fields of structs stand as they are. */
function ordered(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (!entries.every(([, item]) => typeof item === 'string')) return value;
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How a finding prints a value: strings quoted, lists and objects as JSON (since 1.34), absent as "null". */
function printed(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'object') return JSON.stringify(value, ordered);
  return String(value);
}

const withDetail = (text: string, detail: string) => (detail === '' ? text : `${text}: ${detail}`);

/** `Required value[: detail]` */
export function required(field: string, detail = ''): FieldError {
  return { field, reason: 'FieldValueRequired', message: withDetail('Required value', detail) };
}

/** `Invalid value: <value>: detail` */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  return {
    field,
    reason: 'FieldValueInvalid',
    message: withDetail(`Invalid value: ${printed(value)}`, detail),
  };
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
    message: `Too long: may not be more than ${maxBytes} bytes`,
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
