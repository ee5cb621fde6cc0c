import { findFieldPath } from '../field-path.ts';
import type { JsonSchema, SchemaRule } from '../json-schema.ts';

/** What a rule's fieldPath adds to the path of the rule's place; empty where it has none or leads nowhere. */
export function ruleFieldPath({ fieldPath = '' }: SchemaRule, schema: JsonSchema, field: string): string {
  if (fieldPath === '') return '';
  const found = findFieldPath(fieldPath, schema);
  if (typeof found === 'string') return '';
  const path = found.path.replace(/^\./, '');
  return field === '' || path === '' ? path : `.${path}`;
}
