import type { FieldError } from '../../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue } from '../../../fields/field-errors.ts';
import { goRegexpError } from '../../../../apiextensions/schema/values/go-regexp.ts';
import { asSchema, setFields, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';

/** A pattern that Go's regular expressions cannot read is refused. */
export function validatePattern({ pattern = '' }: JsonSchema, field: string): FieldError[] {
  const reason = goRegexpError(pattern);
  if (reason === undefined) return [];
  const detail = `must be a valid regular expression, but isn't: ${reason}`;
  return [invalidValue(`${field}.pattern`, pattern, detail)];
}

/** Where the choice of int-or-string may stand: in anyOf itself, and in that of the first allOf. */
export interface Choices {
  here: boolean;
  inFirstAllOf: boolean;
}

/** What stands in allOf, anyOf, oneOf and not may restrict values, never describe them. */
export function validateJunctors(schema: JsonSchema, field: string, skip: Choices): FieldError[] {
  const { anyOf = [], allOf = [], oneOf = [], not } = schema;
  const lists = { anyOf: skip.here ? [] : anyOf, allOf, oneOf };
  const findings = Object.entries(lists).flatMap(([name, list]) =>
    list.flatMap((child, index) =>
      validateNested(child, `${field}.${name}[${index}]`, {
        here: name === 'allOf' && index === 0 && skip.inFirstAllOf,
        inFirstAllOf: false,
      }),
    ),
  );
  return not === undefined ? findings : [...findings, ...validateNested(not, `${field}.not`)];
}

/** What may not be said in a nested schema, and in which words. */
const describing: readonly (readonly [keyof JsonSchema, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

const nowhere: Choices = { here: false, inFirstAllOf: false };

function validateNested(schema: JsonSchema, field: string, skip: Choices = nowhere): FieldError[] {
  const findings = [...validateJunctors(schema, field, skip), ...validatePattern(schema, field)];
  const items = asSchema(schema.items);
  if (items !== undefined) findings.push(...validateNested(items, `${field}.items`));
  for (const [name, child] of sortedEntries(schema.properties)) {
    findings.push(...validateNested(child, `${field}.properties[${name}]`));
  }
  const set = new Set(setFields(schema));
  if (schema.additionalProperties === false) set.delete('additionalProperties');
  for (const [name, detail] of describing) {
    if (set.has(name)) findings.push(forbiddenField(`${field}.${name}`, detail));
  }
  if (schema.properties?.['metadata'] !== undefined) {
    findings.push(
      forbiddenField(`${field}.properties[metadata]`, 'must not be specified in a nested context'),
    );
  }
  return findings;
}
