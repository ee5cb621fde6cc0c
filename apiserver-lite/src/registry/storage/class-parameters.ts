import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, tooLong } from '../fields/field-errors.ts';

const maxParameters = 512;

const maxParameterBytes = 256 * 1024;

/** Parameters of a class are few, have keys, and are not too large together. */
export function validateParameters(parameters: Record<string, string> | undefined): FieldError[] {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > maxParameters) return [tooLong('parameters', maxParameters)];
  const findings = entries
    .filter(([key]) => key === '')
    .map(([key]) => invalidValue('parameters', key, 'field can not be empty.'));
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return bytes > maxParameterBytes ? [...findings, tooLong('parameters', maxParameterBytes)] : findings;
}
