import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidValue, required, tooMany } from '../../fields/field-errors.ts';
import type { PrinterColumn, SelectableField, Subresources } from './definition.ts';
import { findFieldPath } from '../../../apiextensions/schema/field-path.ts';
import type { JsonSchema } from '../../../apiextensions/schema/json-schema.ts';

const maxSelectableFields = 8;
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function validatePath(path: string, field: string): FieldError[] {
  return path.startsWith('.')
    ? []
    : [invalidValue(field, path, 'must be a simple json path starting with .')];
}

/** A column has a name, a type and a path (Kubernetes: `ValidateCustomResourceColumnDefinition`). */
export function validateColumn(column: PrinterColumn, field: string): FieldError[] {
  const { name = '', type = '', format = '', JSONPath: path = '' } = column;
  const oneOf = (values: readonly string[]) => `must be one of ${values.join(',')}`;
  const findings = name === '' ? [required(`${field}.name`)] : [];
  if (type === '') findings.push(required(`${field}.type`, oneOf(columnTypes)));
  else if (!columnTypes.includes(type)) {
    findings.push(invalidValue(`${field}.type`, type, oneOf(columnTypes)));
  }
  if (format !== '' && !columnFormats.includes(format)) {
    findings.push(invalidValue(`${field}.format`, format, oneOf(columnFormats)));
  }
  const at = `${field}.JSONPath`;
  return [...findings, ...(path === '' ? [required(at)] : validatePath(path, at))];
}

/** Where `scale` finds its numbers (Kubernetes: `ValidateCustomResourceDefinitionSubresources`). */
export function validateSubresources(subresources: Subresources | undefined, field: string): FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const below = (path: string, at: string, roots: readonly string[], words: string) => {
    const wrong = validatePath(path, at);
    if (wrong.length > 0 || roots.some((root) => path.startsWith(`.${root}.`))) return wrong;
    return [invalidValue(at, path, `should be a json path under ${words}`)];
  };
  const findings: FieldError[] = [];
  for (const part of ['spec', 'status'] as const) {
    const at = `${field}.scale.${part}ReplicasPath`;
    const path = scale[`${part}ReplicasPath`] ?? '';
    findings.push(...(path === '' ? [required(at)] : below(path, at, [part], `.${part}`)));
  }
  const selector = scale.labelSelectorPath ?? '';
  if (selector === '') return findings;
  const at = `${field}.scale.labelSelectorPath`;
  return [...findings, ...below(selector, at, ['spec', 'status'], 'either .spec or .status')];
}

interface Selection {
  schema: JsonSchema;
  field: string;
  /** More than there may be were stored before, and are still the same. */
  allowTooMany: boolean;
}

/**
 * Fields that can be selected hold one plain value (Kubernetes: `ValidateCustomResourceSelectableFields`).
 */
export function validateSelectableFields(
  fields: readonly SelectableField[],
  { schema, field, allowTooMany }: Selection,
): FieldError[] {
  const seen = new Set<string>();
  const findings = fields.flatMap(({ jsonPath = '' }, index) => {
    const at = `${field}[${index}].jsonPath`;
    if (jsonPath === '') return [required(at)];
    const found = findFieldPath(jsonPath, schema, false);
    if (typeof found === 'string') return [invalidValue(at, jsonPath, `is an invalid path: ${found}`)];
    const wrong: FieldError[] = [];
    if (found.root === 'metadata') {
      wrong.push(invalidValue(at, jsonPath, 'must not point to fields in metadata'));
    }
    if (!['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')) {
      const detail =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      wrong.push(invalidValue(at, jsonPath, detail));
    }
    if (seen.has(found.path)) wrong.push(duplicate(at, jsonPath));
    seen.add(found.path);
    return wrong;
  });
  return seen.size > maxSelectableFields && !allowTooMany
    ? [...findings, tooMany(field, seen.size, maxSelectableFields)]
    : findings;
}

/** Whether these are more than there may be. */
export function isTooMany(fields: readonly SelectableField[] | undefined): boolean {
  return (fields ?? []).length > maxSelectableFields;
}

/** The warning to clients of a deprecated version (Kubernetes: `validateDeprecationWarning`). */
export function validateDeprecation(
  deprecated: boolean,
  warning: string | undefined,
  field: string,
): FieldError[] {
  if (warning === undefined) return [];
  if (!deprecated) return [invalidValue(field, warning, 'can only be set for deprecated versions')];
  const findings: FieldError[] = [];
  if (Buffer.byteLength(warning) > 256) {
    findings.push(invalidValue(field, warning, 'must be <= 256 characters long'));
  }
  if (warning === '') findings.push(invalidValue(field, warning, 'must not be an empty string'));
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(warning);
  if (odd !== null) {
    const place = Buffer.byteLength(warning.slice(0, odd.index));
    const detail = `must only contain printable UTF-8 characters; non-printable character found at index ${place}`;
    findings.push(invalidValue(field, warning, detail));
  }
  return findings;
}
