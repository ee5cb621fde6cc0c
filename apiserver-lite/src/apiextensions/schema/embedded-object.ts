import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { conform } from '@pg8s/k8s-proto/conform/conform';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { formatFieldPath } from '@pg8s/k8s-proto/conform/strict-problems';
import { setJsonField } from '@pg8s/k8s-proto/json-reader';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { invalidValue, required } from '../../registry/fields/field-errors.ts';
import { dns1035Label } from '../../registry/fields/formats.ts';
import { validateMetadata } from '../../registry/fields/metadata.ts';
import { pathSegmentName } from '../../registry/fields/names.ts';
import { inKeyOrder } from './in-key-order.ts';
import { FaultBudget } from './values/fault-budget.ts';
import type { SchemaNode } from './schema-node.ts';

type Rule = (object: JsonObject, field: string) => FieldError[];

const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Runs a rule on every object of Kubernetes that stands within a value, by its schema; sorted by field. */
function walk(value: unknown, node: SchemaNode | undefined, field: string, rule: Rule): FieldError[] {
  const findings: FieldError[] = [];
  const budget = new FaultBudget();
  visit(value, node, field, (object, at) => {
    for (const finding of rule(object, at)) {
      budget.spend(finding);
      findings.push(finding);
    }
  });
  return findings;
}

type Visit = (object: JsonObject, field: string) => void;

function visit(value: unknown, node: SchemaNode | undefined, field: string, found: Visit): void {
  if (node?.hasObjects !== true) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(item, node.items, `${field}[${index}]`, found);
    return;
  }
  if (!isJsonObject(value)) return;
  if (node.isObject) found(value, field);
  for (const name of inByteOrder(Object.keys(value))) {
    const property = node.properties.get(name);
    if (property !== undefined) {
      visit(value[name], property, field === '' ? name : `${field}.${name}`, found);
    } else if (typeof node.additional === 'object') {
      visit(value[name], node.additional, `${field}[${name}]`, found);
    }
  }
}

/** How metadata is read. */
export interface MetadataOptions {
  /** Fields of another type than they have are left out, as of stored objects; else they are an error. */
  dropInvalid?: boolean;
  /** Gets the paths of fields that metadata does not have. */
  unknown?: (path: string) => void;
}

/**
 * Metadata as Go's type holds it. Throws ConformError in the words of Go's decoder; where invalid fields are
 * dropped, only if it is no object at all.
 */
export function conformMetadata(
  metadata: unknown,
  field: string,
  { dropInvalid = false, unknown }: MetadataOptions = {},
): JsonObject {
  try {
    const { object, unknownFields } = conform(
      metadata,
      objectMeta,
      unknown === undefined ? 'ignore' : 'report',
    );
    for (const path of unknownFields) unknown?.(`${field}.${formatFieldPath(path)}`);
    return object;
  } catch (error) {
    if (!(error instanceof ConformError) || !dropInvalid) throw error;
    if (!isJsonObject(metadata)) {
      throw new ConformError('type', `invalid metadata: expected object, got ${goTypeName(metadata)}`);
    }
    return validFields(metadata);
  }
}

function goTypeName(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Number.isInteger(value) || typeof value === 'bigint' ? 'int64' : 'float64';
}

function validFields(metadata: JsonObject): JsonObject {
  const valid: JsonObject = {};
  for (const name of Object.keys(metadata)) {
    const single: JsonObject = {};
    setJsonField(single, name, metadata[name]);
    try {
      conform(single, objectMeta, 'ignore');
      setJsonField(valid, name, metadata[name]);
    } catch (error) {
      if (!(error instanceof ConformError)) throw error;
    }
  }
  return conform(valid, objectMeta, 'ignore').object;
}

/**
 * Brings the metadata of embedded objects into the form of Go's type, in the value itself. Answers with the
 * first of apiVersion, kind and metadata that has not even the right type, where such fields are not dropped
 * (Kubernetes: `objectmeta.CoerceWithOptions`).
 */
export function coerceObjects(
  value: unknown,
  node: SchemaNode | undefined,
  field: string,
  options: MetadataOptions = {},
): FieldError[] {
  return walk(value, node, field, (object, place) => coerce(object, place, options)).slice(0, 1);
}

function coerce(object: JsonObject, place: string, options: MetadataOptions): FieldError[] {
  const at = (name: string) => (place === '' ? name : `${place}.${name}`);
  const findings: FieldError[] = [];
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(object, name) || typeof object[name] === 'string') continue;
    if (options.dropInvalid === true) delete object[name];
    else findings.push(invalidValue(at(name), inKeyOrder(object[name]), 'must be a string'));
  }
  if (!Object.hasOwn(object, 'metadata')) return findings;
  try {
    object['metadata'] = conformMetadata(object['metadata'], at('metadata'), options);
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    if (options.dropInvalid !== true) {
      findings.push(invalidValue(at('metadata'), inKeyOrder(object['metadata']), error.message));
    }
  }
  return findings;
}

/** What embedded objects lack to be objects (Kubernetes: `objectmeta.Validate`). */
export function validateObjects(value: unknown, node: SchemaNode | undefined, field: string): FieldError[] {
  return walk(value, node, field, (object, place) => {
    const findings = ['apiVersion', 'kind']
      .filter((name) => !Object.hasOwn(object, name))
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
    return isJsonObject(metadata) ? [...findings, ...validateMeta(metadata, place)] : findings;
  });
}

function validateMeta(metadata: JsonObject, place: string): FieldError[] {
  // A name is not asked for.
  const named = { ...metadata, name: metadata['name'] || 'fakename' };
  const namespaced = Boolean(metadata['namespace']);
  const object = { metadata: named } as unknown as KubeObject;
  return validateMetadata(object, { namespaced, validateName: pathSegmentName }).map((error) => ({
    ...error,
    field: `${place}.${error.field}`,
  }));
}
