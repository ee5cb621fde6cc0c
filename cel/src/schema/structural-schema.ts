/**
 * What types and values of expressions need of an OpenAPI schema; a schema of a CustomResourceDefinition is
 * one.
 */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema | readonly StructuralSchema[];
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

function asSchema(value: unknown): StructuralSchema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** The schema of the elements of a list. */
export function itemsOf(schema: StructuralSchema): StructuralSchema | undefined {
  return asSchema(schema.items);
}

/** The schema of the values of a map. */
export function valuesOf(schema: StructuralSchema): StructuralSchema | undefined {
  return asSchema(schema.additionalProperties);
}

/** The schema of a property. */
export function propertyOf(schema: StructuralSchema, name: string): StructuralSchema | undefined {
  const { properties } = schema;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** Whether the schema is that of an embedded resource. */
export function isEmbedded(schema: StructuralSchema | undefined): boolean {
  return schema?.['x-kubernetes-embedded-resource'] === true;
}

const text: StructuralSchema = { type: 'string' };
const metadata: StructuralSchema = { type: 'object', properties: { name: text, generateName: text } };
const resources = new WeakMap<StructuralSchema, StructuralSchema>();

/**
 * The schema as expressions see it at the root of a resource: with apiVersion, kind, metadata.name and
 * metadata.generateName, and of metadata nothing else unless both names are declared.
 */
export function withTypeAndMetadata(schema: StructuralSchema): StructuralSchema {
  const known = resources.get(schema);
  if (known !== undefined) return known;
  const isText = (name: string, parent: StructuralSchema) => propertyOf(parent, name)?.type === 'string';
  const declared = propertyOf(schema, 'metadata');
  const isWhole =
    isText('kind', schema) &&
    isText('apiVersion', schema) &&
    declared?.type === 'object' &&
    isText('name', declared) &&
    isText('generateName', declared);
  const whole = isWhole
    ? schema
    : { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata } };
  resources.set(schema, whole);
  return whole;
}
