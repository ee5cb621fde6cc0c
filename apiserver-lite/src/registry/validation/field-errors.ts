import type { FieldError } from '../../server/status-error.ts';

/** A Go `%q` of the string. */
export function goQuote(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', String.raw`\x7f`);
}

/** How Go prints a value in a finding: strings quoted, lists and maps as Go literals, absent as "null". */
function printed(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return `[]string{${value.map(goQuote).join(', ')}}`;
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value);
    if (!Array.isArray(value) && entries.every(([, item]) => typeof item === 'string')) {
      const pairs = entries.sort(([a], [b]) => (a < b ? -1 : 1));
      return `map[string]string{${pairs.map(([key, item]) => `${goQuote(key)}:${goQuote(String(item))}`).join(', ')}}`;
    }
    return JSON.stringify(value);
  }
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
