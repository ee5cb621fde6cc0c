import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue } from './field-errors.ts';

/** No way up: none of a path's parts is `..`. */
export function noBacksteps(path: string, field: string): FieldError[] {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : [];
}

/** A path that stays below where it begins. */
export function descendingPath(path: string, field: string): FieldError[] {
  const absolute = path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : [];
  return [...absolute, ...noBacksteps(path, field)];
}

/** A descending path whose first name isn't kept for the volume's own use. */
export function unreservedPath(path: string, field: string): FieldError[] {
  const findings = descendingPath(path, field);
  if (path.startsWith('..') && !path.startsWith('../')) {
    findings.push(invalidValue(field, path, "must not start with '..'"));
  }
  return findings;
}
