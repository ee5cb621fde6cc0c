import type { FieldError } from '../../../../api-errors/status-error.ts';
import { forbiddenField, invalidValue, notSupported } from '../../../fields/field-errors.ts';
import { isGiven } from '../../../fields/given-value.ts';
import { asSchema, type JsonSchema } from '../../../../apiextensions/schema/json-schema.ts';
import { validateListMapItems, validateListType, validateMapType } from './list-type.ts';
import { validateSchemaRules } from './schema-rules.ts';
import { sortedEntries } from '../../../fields/sorted-entries.ts';

/** The types that OpenAPI 3 knows. */
export const openApiTypes = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What is asked of schemas; an update asks nothing that the stored object already fails. */
export interface SchemaDemands {
  validTypes: boolean;
  atomicSets: boolean;
  wholeListMaps: boolean;
}

/** What a schema inherits from those above it. */
interface Surroundings {
  demands: SchemaDemands;
  isRoot: boolean;
  /** Why no default may be set here; undefined where one may. */
  noDefaults: string | undefined;
  /** Within the schema of apiVersion, kind or metadata. */
  inMeta: boolean;
}

const metaFields: ReadonlySet<string> = new Set(['metadata', 'kind', 'apiVersion']);

/**
 * What OpenAPI and the extensions of Kubernetes ask of a schema and all below it (Kubernetes:
 * `ValidateCustomResourceDefinitionOpenAPISchema`).
 */
export function validateOpenApiSchema(
  schema: JsonSchema,
  field: string,
  demands: SchemaDemands,
): FieldError[] {
  return validate(schema, field, { demands, isRoot: true, noDefaults: undefined, inMeta: false });
}

function validate(schema: JsonSchema | undefined, field: string, around: Surroundings): FieldError[] {
  if (schema === undefined) return [];
  const { demands, isRoot, inMeta } = around;
  const here: Surroundings = { ...around, isRoot: false };
  const findings = validateAlone(schema, field, around);
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    findings.push(forbiddenField(`${field}.uniqueItems`, detail));
  }
  const { properties = {}, additionalProperties } = schema;
  if (additionalProperties !== undefined) {
    if (Object.keys(properties).length > 0 && additionalProperties !== true) {
      const detail = 'additionalProperties and properties are mutual exclusive';
      findings.push(forbiddenField(`${field}.additionalProperties`, detail));
    }
    const noDefaults = inMeta ? 'inside additionalProperties applying to object metadata' : here.noDefaults;
    const child = asSchema(additionalProperties);
    findings.push(...validate(child, `${field}.additionalProperties`, { ...here, noDefaults }));
  }
  const isObject = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, child] of sortedEntries(properties)) {
    const meta = isObject && metaFields.has(name);
    const below: Surroundings = {
      ...here,
      inMeta: inMeta || meta,
      noDefaults: meta && isRoot ? `in top-level ${name}` : here.noDefaults,
    };
    findings.push(...validate(child, `${field}.properties[${name}]`, below));
  }
  findings.push(...validateChildren(schema, field, here));
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const extension = `${field}.x-kubernetes-preserve-unknown-fields`;
    findings.push(invalidValue(extension, false, 'must be true or undefined'));
  }
  return [
    ...findings,
    ...validateMapType(schema, field),
    ...validateListType(schema, field, demands.atomicSets),
    ...(demands.wholeListMaps ? validateListMapItems(schema, field) : []),
    ...validateSchemaRules(schema, field),
  ];
}

function validateChildren(schema: JsonSchema, field: string, here: Surroundings): FieldError[] {
  const { not, allOf, oneOf, anyOf, definitions, items, dependencies } = schema;
  const findings = validate(not, `${field}.not`, here);
  for (const [name, list = []] of Object.entries({ allOf, oneOf, anyOf })) {
    findings.push(...list.flatMap((child, index) => validate(child, `${field}.${name}[${index}]`, here)));
  }
  const maps = (name: string, map: Record<string, unknown> | undefined) =>
    sortedEntries(map).flatMap(([key, child]) => validate(asSchema(child), `${field}.${name}[${key}]`, here));
  const listed = Array.isArray(items)
    ? items.flatMap((child, index) => validate(child, `${field}.items[${index}]`, here))
    : validate(asSchema(items), `${field}.items`, here);
  return [...findings, ...maps('definitions', definitions), ...listed, ...maps('dependencies', dependencies)];
}

/** What one schema may not say, whatever is below it. */
function validateAlone(schema: JsonSchema, field: string, around: Surroundings): FieldError[] {
  const findings: FieldError[] = [];
  const { type = '', items } = schema;
  const refuse = (name: string, detail = `${name} is not supported`) =>
    findings.push(forbiddenField(`${field}.${name}`, detail));
  const isFilled = (value: unknown) =>
    typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (around.demands.validTypes && type !== '' && !openApiTypes.includes(type)) {
    findings.push(notSupported(`${field}.type`, type, openApiTypes));
  }
  if (schema.default !== undefined && schema.default !== null && around.noDefaults !== undefined) {
    refuse('default', `must not be set ${around.noDefaults}`);
  }
  if (schema.id) refuse('id');
  if (schema.additionalItems !== undefined) refuse('additionalItems');
  if (isFilled(schema.patternProperties)) refuse('patternProperties');
  if (isFilled(schema.definitions)) refuse('definitions');
  if (isGiven(schema, 'dependencies')) refuse('dependencies');
  if (schema.$ref !== undefined && schema.$ref !== null) refuse('$ref');
  if (type === 'null') refuse('type', 'type cannot be set to null, use nullable as an alternative');
  if (Array.isArray(items) && items.length > 0)
    refuse('items', 'items must be a schema object and not an array');
  if (around.inMeta && schema['x-kubernetes-embedded-resource'] === true) {
    refuse('x-kubernetes-embedded-resource', 'must not be used inside of resource meta');
  }
  return findings;
}
