import type { RequestContext } from '../../http/request-context.ts';
import { invalid, type FieldError } from '../../api-errors/status-error.ts';
import { forbiddenValue, invalidValue, unsupportedValue } from './field-errors.ts';
import { flag, text } from '../../http/query.ts';

/** What happens to fields that the schema doesn't know (KEP-2885). */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What CreateOptions, UpdateOptions and PatchOptions have in common. */
export interface WriteOptions {
  dryRun: boolean;
  /** As given; required for apply. */
  fieldManager: string;
  /** Who is recorded in managedFields: the field manager, else the User-Agent up to its slash. */
  manager: string;
  fieldValidation: FieldValidation;
  /** As given; empty where it was not. */
  givenFieldValidation: string;
  /** Server-side apply takes fields from other managers. */
  force: boolean;
}

/** The kinds of `meta/v1` that these options come as. */
export type WriteOptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions';

const maxManagerBytes = 128;

/** Reads and validates the query. Throws 422. */
export function readWriteOptions(
  context: RequestContext,
  kind: WriteOptionsKind,
  apply = false,
): WriteOptions {
  const query = context.url.searchParams;
  const dryRun = query.getAll('dryRun');
  const fieldManager = text(query, 'fieldManager');
  const fieldValidation = text(query, 'fieldValidation');
  const force = kind === 'PatchOptions' ? flag(query, 'force') : undefined;

  const errors: FieldError[] = [];
  if (kind === 'PatchOptions') {
    if (!apply && force !== undefined)
      errors.push(forbiddenValue('force', 'may not be specified for non-apply patch'));
    if (apply && fieldManager === '') {
      errors.push({
        field: 'fieldManager',
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
      });
    }
  }
  errors.push(...managerErrors(fieldManager), ...dryRunErrors(dryRun));
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(unsupportedValue('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    manager:
      fieldManager === '' ? managerFromUserAgent(context.request.headers['user-agent'] ?? '') : fieldManager,
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
    givenFieldValidation: fieldValidation,
    force: force ?? false,
  };
}

/** Only `All` may be asked for, however often. */
function dryRunErrors(values: readonly string[]): FieldError[] {
  return values.every((value) => value === 'All') ? [] : [unsupportedValue('dryRun', values, ['All'])];
}

const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

function managerErrors(manager: string): FieldError[] {
  if (manager === '') return [];
  const errors: FieldError[] = [];
  const field = 'fieldManager';
  if (Buffer.byteLength(manager) > maxManagerBytes) {
    errors.push({
      field,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${maxManagerBytes} bytes`,
    });
  }
  let position = 0;
  for (const character of manager) {
    if (!printable.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      errors.push(invalidValue(field, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return errors;
}

/** `kubectl/v1.36.0 (linux/amd64) …` → `kubectl`: printable characters, at most 128 bytes. */
function managerFromUserAgent(userAgent: string): string {
  const prefix = userAgent.split('/', 1)[0] ?? '';
  let manager = '';
  for (const character of prefix) {
    if (!printable.test(character)) continue;
    if (Buffer.byteLength(manager) + Buffer.byteLength(character) > maxManagerBytes) break;
    manager += character;
  }
  return manager;
}
