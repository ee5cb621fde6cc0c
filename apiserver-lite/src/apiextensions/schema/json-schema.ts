/**
 * A schema of a CustomResourceDefinition, as `apiextensions.k8s.io` has it in JSON (Kubernetes:
 * `JSONSchemaProps`).
 */
export interface JsonSchema {
  id?: string;
  $schema?: string;
  $ref?: string | null;
  description?: string;
  type?: string;
  nullable?: boolean;
  format?: string;
  title?: string;
  default?: unknown;
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  maxLength?: number;
  minLength?: number;
  pattern?: string;
  maxItems?: number;
  minItems?: number;
  uniqueItems?: boolean;
  multipleOf?: number;
  enum?: unknown[];
  maxProperties?: number;
  minProperties?: number;
  required?: string[];
  items?: JsonSchema | JsonSchema[];
  allOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  not?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  patternProperties?: Record<string, JsonSchema>;
  dependencies?: Record<string, JsonSchema | string[]>;
  additionalItems?: JsonSchema | boolean;
  definitions?: Record<string, JsonSchema>;
  externalDocs?: { description?: string; url?: string };
  example?: unknown;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-validations'?: SchemaRule[];
}

/** A rule of `x-kubernetes-validations`. */
export interface SchemaRule {
  rule?: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** The fields in the order of the Go type, with the names that findings print. */
export const goNames = {
  id: 'ID',
  $schema: 'Schema',
  $ref: 'Ref',
  description: 'Description',
  type: 'Type',
  nullable: 'Nullable',
  format: 'Format',
  title: 'Title',
  default: 'Default',
  maximum: 'Maximum',
  exclusiveMaximum: 'ExclusiveMaximum',
  minimum: 'Minimum',
  exclusiveMinimum: 'ExclusiveMinimum',
  maxLength: 'MaxLength',
  minLength: 'MinLength',
  pattern: 'Pattern',
  maxItems: 'MaxItems',
  minItems: 'MinItems',
  uniqueItems: 'UniqueItems',
  multipleOf: 'MultipleOf',
  enum: 'Enum',
  maxProperties: 'MaxProperties',
  minProperties: 'MinProperties',
  required: 'Required',
  items: 'Items',
  allOf: 'AllOf',
  oneOf: 'OneOf',
  anyOf: 'AnyOf',
  not: 'Not',
  properties: 'Properties',
  additionalProperties: 'AdditionalProperties',
  patternProperties: 'PatternProperties',
  dependencies: 'Dependencies',
  additionalItems: 'AdditionalItems',
  definitions: 'Definitions',
  externalDocs: 'ExternalDocs',
  example: 'Example',
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-embedded-resource': 'XEmbeddedResource',
  'x-kubernetes-int-or-string': 'XIntOrString',
  'x-kubernetes-list-map-keys': 'XListMapKeys',
  'x-kubernetes-list-type': 'XListType',
  'x-kubernetes-map-type': 'XMapType',
  'x-kubernetes-validations': 'XValidations',
} as const satisfies Record<keyof JsonSchema, string>;

/** Fields of which `false` says something else than nothing. */
const falseCounts: ReadonlySet<string> = new Set([
  'default',
  'example',
  'additionalProperties',
  'additionalItems',
  'x-kubernetes-preserve-unknown-fields',
]);

function isSet(name: keyof JsonSchema, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (name === 'default' || name === 'example') return true;
  if (value === false) return falseCounts.has(name);
  if (typeof value === 'string') return value !== '' || name.startsWith('x-') || name === '$ref';
  return !Array.isArray(value) || value.length > 0;
}

/** The fields that say something, in the order of the Go type. */
export function setFields(schema: JsonSchema): (keyof JsonSchema)[] {
  return (Object.keys(goNames) as (keyof JsonSchema)[]).filter((name) => isSet(name, schema[name]));
}

/**
 * The schema of the property of that name; a schema may well name one `constructor`, and an object have one
 * unasked.
 */
export function propertyOf(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.properties;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** A field's own schema; undefined where it holds none, or only true or false. */
export function asSchema(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

function children(schema: JsonSchema): JsonSchema[] {
  const { items, allOf = [], anyOf = [], oneOf = [], not, additionalProperties, additionalItems } = schema;
  const lists = [Array.isArray(items) ? items : [items], allOf, anyOf, oneOf, [not]];
  const maps = [schema.properties, schema.patternProperties, schema.definitions, schema.dependencies];
  return [
    ...lists.flat(),
    ...maps.flatMap((map) => Object.values(map ?? {})),
    additionalProperties,
    additionalItems,
  ].flatMap((value) => asSchema(value) ?? []);
}

/** Whether a schema, or one below it, is such a one. */
export function someSchema(schema: JsonSchema | undefined, test: (schema: JsonSchema) => boolean): boolean {
  if (schema === undefined) return false;
  return test(schema) || children(schema).some((child) => someSchema(child, test));
}
