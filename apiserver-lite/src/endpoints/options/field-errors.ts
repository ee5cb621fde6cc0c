import type { FieldError } from '../../server/status-error.ts';

/** A value as Go's `%#v` prints a list of strings. */
function goStrings(values: readonly string[]): string {
  return `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
}

/** `Unsupported value: "x": supported values: "a", "b"` */
export function unsupportedValue(
  field: string,
  value: string | readonly string[],
  supported: readonly string[],
): FieldError {
  const printed = typeof value === 'string' ? JSON.stringify(value) : goStrings(value);
  const list = supported.map((each) => JSON.stringify(each)).join(', ');
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${printed}: supported values: ${list}`,
  };
}

/** `Forbidden: why` */
export function forbiddenValue(field: string, why: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

/** `Invalid value: "x": why` */
export function invalidValue(field: string, value: string, why: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
