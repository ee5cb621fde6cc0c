import type { FieldError } from '../../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported, required } from '../../../fields/field-errors.ts';
import { asSchema, propertyOf, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { printedSchema } from './schema-value.ts';

const listTypeField = 'x-kubernetes-list-type';
const mapTypeField = 'x-kubernetes-map-type';
const keysField = 'x-kubernetes-list-map-keys';

function typeMust(schema: JsonSchema, field: string, type: string, extension: string): FieldError[] {
  if (schema.type === type) return [];
  const detail = `must be ${type} if ${extension} is specified`;
  return [
    schema.type ? invalidValue(`${field}.type`, schema.type, detail) : required(`${field}.type`, detail),
  ];
}

/** `x-kubernetes-map-type`: who owns an object's fields, each its own or all together. */
export function validateMapType(schema: JsonSchema, field: string): FieldError[] {
  const mapType = schema[mapTypeField];
  if (mapType === undefined) return [];
  const findings = typeMust(schema, field, 'object', mapTypeField);
  const types = ['atomic', 'granular'];
  if (!types.includes(mapType)) findings.push(notSupported(`${field}.${mapTypeField}`, mapType, types));
  return findings;
}

/** `x-kubernetes-list-type` and its keys: how the items of a list are identified. */
export function validateListType(schema: JsonSchema, field: string, atomicSets: boolean): FieldError[] {
  const listType = schema[listTypeField];
  const keys = schema[keysField] ?? [];
  const findings: FieldError[] = [];
  const items = asSchema(schema.items);
  if (listType !== undefined) {
    findings.push(...typeMust(schema, field, 'array', listTypeField));
    if (findings.length === 0 && atomicSets && listType === 'set' && items !== undefined) {
      findings.push(...notAtomic(items, field));
    }
    const types = ['atomic', 'set', 'map'];
    if (!types.includes(listType)) findings.push(notSupported(`${field}.${listTypeField}`, listType, types));
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const at = `${field}.${listTypeField}`;
    findings.push(listType === undefined ? required(at, detail) : invalidValue(at, listType, detail));
  }
  return listType === 'map' ? [...findings, ...validateListMap(schema, field, keys)] : findings;
}

/** What stands in a set is compared as a whole. */
function notAtomic(items: JsonSchema, field: string): FieldError[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const listType = items[listTypeField];
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalidValue(`${field}.items.${listTypeField}`, listType, detail)];
  }
  if (items.type === 'object' && items[mapTypeField] !== 'atomic') {
    // kube-apiserver prints the list type here, of which there is none.
    return [invalidValue(`${field}.items.${mapTypeField}`, listType ?? null, detail)];
  }
  return [];
}

/** Whether sets and maps were demanded of a list whose items are not atomic. */
export function hasSplitSet(schema: JsonSchema): boolean {
  const items = asSchema(schema.items);
  return schema[listTypeField] === 'set' && items !== undefined && notAtomic(items, '').length > 0;
}

function validateListMap(schema: JsonSchema, field: string, keys: readonly string[]): FieldError[] {
  const findings: FieldError[] = [];
  const { items } = schema as { items?: JsonSchema['items'] | null };
  if (keys.length === 0) {
    findings.push(required(`${field}.${keysField}`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  if (items === undefined) {
    findings.push(required(`${field}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  } else if (items === null || Array.isArray(items)) {
    // Null is what was no schema at all.
    const value = { Schema: null, JSONSchemas: items?.map(printedSchema) ?? null };
    const detail = 'must only have a single schema if x-kubernetes-list-type is map';
    findings.push(invalidValue(`${field}.items`, value, detail));
  } else if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    findings.push(invalidValue(`${field}.items.type`, items.type ?? '', detail));
  } else findings.push(...validateKeys(items, field, keys));
  return findings;
}

function validateKeys(items: JsonSchema, field: string, keys: readonly string[]): FieldError[] {
  const at = `${field}.${keysField}`;
  return keys.flatMap((key, index) => {
    const property = propertyOf(items, key);
    const findings: FieldError[] = [];
    if (property === undefined) {
      findings.push(invalidValue(at, keys, 'entries must all be names of item properties'));
    } else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      findings.push(invalidValue(`${field}.items.properties[${key}].type`, items.type ?? '', detail));
    }
    if (keys.indexOf(key) < index) {
      findings.push(invalidValue(at, keys, 'must not contain duplicate entries'));
    }
    return findings;
  });
}

/** Every item of a set or a map is there, and so are its keys (Kubernetes: `validateMapListKeysMapSet`). */
export function validateListMapItems(schema: JsonSchema, field: string): FieldError[] {
  const listType = schema[listTypeField];
  const items = asSchema(schema.items);
  if (items === undefined || (listType !== 'set' && listType !== 'map')) return [];
  const findings: FieldError[] = [];
  if (items.nullable === true) {
    const detail = `cannot be nullable when x-kubernetes-list-type is ${listType}`;
    findings.push(forbiddenField(`${field}.items.nullable`, detail));
  }
  if (listType === 'set') return findings;
  for (const key of schema[keysField] ?? []) {
    const property = propertyOf(items, key);
    if (property === undefined) continue;
    const at = `${field}.items.properties[${key}]`;
    const named = 'this property is in x-kubernetes-list-map-keys, so it';
    const hasDefault = property.default !== undefined && property.default !== null;
    if (items.required?.includes(key) !== true && !hasDefault) {
      findings.push(required(`${at}.default`, `${named} must have a default or be a required property`));
    }
    if (property.nullable === true) {
      findings.push(forbiddenField(`${at}.nullable`, `${named} cannot be nullable`));
    }
  }
  return findings;
}
