import type { FieldError } from '../../../api-errors/status-error.ts';
import { required, tooMany } from '../../fields/field-errors.ts';
import { validateLabelName } from './resource-names.ts';

const maxCounters = 32;

/** Counters by their names: one at least. */
export function validateCounters(counters: Record<string, unknown> | undefined, field: string): FieldError[] {
  const names = Object.keys(counters ?? {}).sort();
  if (names.length === 0) return [required(field)];
  if (names.length > maxCounters) return [tooMany(field, names.length, maxCounters)];
  return names.flatMap((name) => validateLabelName(name, field));
}
