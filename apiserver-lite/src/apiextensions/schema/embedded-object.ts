import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, required } from '../../registry/fields/field-errors.ts';
import { dns1035Label } from '../../registry/fields/formats.ts';
import { validateMetadata } from '../../registry/fields/metadata.ts';
import { pathSegmentName } from '../../registry/fields/names.ts';
import { asSchema, propertyOf, type JsonSchema } from './json-schema.ts';
import { sortedEntries } from '../../registry/fields/sorted-entries.ts';

type Fields = Record<string, unknown>;
type Rule = (object: Fields, field: string) => FieldError[];

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Runs a rule on every object of Kubernetes that stands within a value, by its schema. */
function walk(value: unknown, schema: JsonSchema | undefined, field: string, rule: Rule): FieldError[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    const items = asSchema(schema.items);
    return value.flatMap((item, index) => walk(item, items, `${field}[${index}]`, rule));
  }
  if (!isObject(value)) return [];
  const findings = schema['x-kubernetes-embedded-resource'] === true ? rule(value, field) : [];
  for (const [key, child] of sortedEntries(value)) {
    const property = propertyOf(schema, key);
    if (property !== undefined) findings.push(...walk(child, property, `${field}.${key}`, rule));
    else {
      const extra = asSchema(schema.additionalProperties);
      findings.push(...walk(child, extra, `${field}[${key}]`, rule));
    }
  }
  return findings;
}

/**
 * The first of apiVersion, kind and metadata that has not even the right type (Kubernetes:
 * `objectmeta.Coerce`).
 */
export function coerceObjects(value: unknown, schema: JsonSchema, field: string): FieldError[] {
  const found = walk(value, schema, field, (object, place) => {
    const findings: FieldError[] = [];
    for (const name of ['apiVersion', 'kind']) {
      if (name in object && typeof object[name] !== 'string') {
        findings.push(invalidValue(`${place}.${name}`, object[name], 'must be a string'));
      }
    }
    const { metadata } = object;
    if ('metadata' in object && metadata !== null && !isObject(metadata)) {
      const type = Array.isArray(metadata)
        ? 'array'
        : typeof metadata === 'boolean'
          ? 'bool'
          : typeof metadata;
      const detail = `json: cannot unmarshal ${type} into Go value of type v1.ObjectMeta`;
      findings.push(invalidValue(`${place}.metadata`, metadata, detail));
    }
    return findings;
  });
  return found.slice(0, 1);
}

/** What embedded objects lack to be objects (Kubernetes: `objectmeta.Validate`). */
export function validateObjects(value: unknown, schema: JsonSchema, field: string): FieldError[] {
  return walk(value, schema, field, (object, place) => {
    const findings = ['apiVersion', 'kind']
      .filter((name) => !(name in object))
      .map((name) => required(`${place}.${name}`));
    const { apiVersion, kind, metadata } = object;
    if (apiVersion === '') findings.push(invalidValue(`${place}.apiVersion`, '', 'must not be empty'));
    else if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2) {
      const detail = `unexpected GroupVersion string: ${apiVersion}`;
      findings.push(invalidValue(`${place}.apiVersion`, apiVersion, detail));
    }
    if (kind === '') findings.push(invalidValue(`${place}.kind`, '', 'must not be empty'));
    else if (typeof kind === 'string') {
      const wrong = dns1035Label(kind.toLowerCase());
      if (wrong.length > 0) {
        const detail = `may have mixed case, but should otherwise match: ${wrong.join(',')}`;
        findings.push(invalidValue(`${place}.kind`, kind, detail));
      }
    }
    return isObject(metadata) ? [...findings, ...validateMeta(metadata, place)] : findings;
  });
}

function validateMeta(metadata: Fields, place: string): FieldError[] {
  // A name is not asked for.
  const named = { ...metadata, name: metadata['name'] || 'fakename' };
  const namespaced = Boolean(metadata['namespace']);
  const object = { metadata: named } as unknown as KubeObject;
  return validateMetadata(object, { namespaced, validateName: pathSegmentName }).map((error) => ({
    ...error,
    field: `${place}.${error.field}`,
  }));
}
