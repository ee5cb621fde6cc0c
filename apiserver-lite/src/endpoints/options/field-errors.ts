import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { FieldError } from '../../api-errors/status-error.ts';

/** `Unsupported value: "x": supported values: "a", "b"` */
export function unsupportedValue(
  field: string,
  value: string | readonly string[],
  supported: readonly string[],
): FieldError {
  const list = supported.map((each) => goQuote(each)).join(', ');
  return {
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${typeof value === 'string' ? goQuote(value) : JSON.stringify(value)}: supported values: ${list}`,
  };
}

/** `Forbidden: why` */
export function forbiddenValue(field: string, why: string): FieldError {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` };
}

/** `Invalid value: "x": why` */
export function invalidValue(field: string, value: string, why: string): FieldError {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${goQuote(value)}: ${why}` };
}
