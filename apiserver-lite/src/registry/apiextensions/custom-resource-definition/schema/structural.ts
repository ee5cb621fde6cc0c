import type { FieldError } from '../../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, required } from '../../../fields/field-errors.ts';
import { asSchema, setFields, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { isIntOrStringChoice } from '../../../../apiextensions/schema/int-or-string.ts';
import { validateJunctors, validatePattern } from './structural-junctors.ts';
import { validateCompleteness } from './structural-completeness.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';

/** Where a schema stands, which decides the words about a type that is missing. */
type Level = 'root' | 'item' | 'field';

const missingType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

const unsupported: readonly (keyof JsonSchema)[] = [
  'id',
  '$schema',
  '$ref',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
];

/**
 * What keeps a schema from being read as a structural one at all (Kubernetes: `schema.NewStructural`); only
 * the first reason.
 */
export function unstructuredReason(schema: JsonSchema | undefined): string | undefined {
  if (schema === undefined) return undefined;
  const set = new Set(setFields(schema));
  const odd = unsupported.find((name) => set.has(name) && !(name === '$ref' && schema.$ref === ''));
  if (odd !== undefined) return `OpenAPIV3Schema '${odd === '$schema' ? 'schema' : odd}' is not supported`;
  const { not, allOf = [], anyOf = [], oneOf = [], items } = schema;
  for (const child of [not, ...allOf, ...anyOf, ...oneOf]) {
    const reason = unstructuredReason(child);
    if (reason !== undefined) return reason;
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  if (Array.isArray(items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  for (const child of [items, ...Object.values(schema.properties ?? {}), schema.additionalProperties]) {
    const reason = unstructuredReason(asSchema(child));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * Whether every field has one type, said outside of allOf, anyOf, oneOf and not, so that objects can be
 * pruned and defaulted (Kubernetes: `schema.ValidateStructural`). The findings are sorted by their text.
 */
export function validateStructural(schema: JsonSchema, field: string): FieldError[] {
  const text = (error: FieldError) => `${error.field}: ${error.message}`;
  return [...validateLevel(schema, 'root', field), ...validateCompleteness(schema, field)].sort((a, b) =>
    text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0,
  );
}

function validateLevel(schema: JsonSchema, level: Level, field: string): FieldError[] {
  const findings: FieldError[] = [];
  const { type = '', properties = {}, additionalProperties } = schema;
  const items = asSchema(schema.items);
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = schema['x-kubernetes-int-or-string'] === true;

  if (type === 'array' && items === undefined) findings.push(required(`${field}.items`, 'must be specified'));
  if (items !== undefined) findings.push(...validateLevel(items, 'item', `${field}.items`));
  for (const [name, child] of sortedEntries(properties)) {
    findings.push(...validateLevel(child, 'field', `${field}.properties[${name}]`));
  }
  const extra = `${field}.additionalProperties`;
  if (additionalProperties !== undefined) {
    if (level === 'root') findings.push(forbiddenField(extra, 'must not be used at the root'));
    const child = asSchema(additionalProperties);
    if (child !== undefined) findings.push(...validateLevel(child, 'field', extra));
  }
  if (intOrString && preserves) findings.push(notWithIntOrString(field, 'preserve-unknown-fields'));
  if (intOrString && embedded) findings.push(notWithIntOrString(field, 'embedded-resource'));
  findings.push(
    ...validateJunctors(schema, field, {
      here: isIntOrStringChoice(schema.anyOf),
      inFirstAllOf: isIntOrStringChoice(schema.allOf?.[0]?.anyOf),
    }),
  );
  findings.push(...validatePattern(schema, field));

  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    findings.push(
      type === '' ? required(`${field}.type`, detail) : invalidValue(`${field}.type`, type, detail),
    );
  } else if (type === '' && !intOrString && !preserves) {
    findings.push(required(`${field}.type`, missingType[level]));
  }
  if (embedded && additionalProperties !== undefined) {
    findings.push(forbiddenField(extra, 'must not be used if x-kubernetes-embedded-resource is set'));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    findings.push(invalidValue(`${field}.type`, type, 'must be object at the root'));
  }
  findings.push(...validateTypeMeta(schema, level === 'root' || embedded, level, field));
  if (embedded && !preserves && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    findings.push(required(`${field}.properties`, detail));
  }
  return findings;
}

function notWithIntOrString(field: string, extension: string): FieldError {
  return invalidValue(
    `${field}.x-kubernetes-${extension}`,
    true,
    'must be false if x-kubernetes-int-or-string is true',
  );
}

/** Of kind, apiVersion and metadata a schema can say little: the server knows them. */
function validateTypeMeta(schema: JsonSchema, isObject: boolean, level: Level, field: string): FieldError[] {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const findings: FieldError[] = [];
  for (const [name, child] of Object.entries({ kind, apiVersion })) {
    if (!isObject || child === undefined || child.type === 'string') continue;
    findings.push(invalidValue(`${field}.properties[${name}].type`, child.type ?? '', 'must be string'));
  }
  if (metadata === undefined) return findings;
  const place = `${field}.properties[metadata]`;
  if (isObject && metadata.type !== 'object') {
    findings.push(invalidValue(`${place}.type`, metadata.type ?? '', 'must be object'));
  }
  if (level === 'root' && restrictsMore(metadata)) {
    const detail =
      'must not specify anything other than name and generateName, but metadata is implicitly specified';
    findings.push(forbiddenField(place, detail));
  }
  return findings;
}

function restrictsMore(metadata: JsonSchema): boolean {
  const names = Object.keys(metadata.properties ?? {});
  const onlyNames = names.every((name) => name === 'name' || name === 'generateName');
  return setFields(metadata).some(
    (name) => name !== 'type' && name !== 'default' && !(name === 'properties' && onlyNames),
  );
}
