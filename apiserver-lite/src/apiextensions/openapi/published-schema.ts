import { isIntOrStringChoice } from '../schema/int-or-string.ts';
import { asSchema, setFields, type JsonSchema } from '../schema/json-schema.ts';

/** A schema as an OpenAPI document has it. */
export type PublishedSchema = Record<string, unknown>;

/** In which version of OpenAPI schemas are written. */
export type OpenApiVersion = 2 | 3;

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** Fields that hold schemas, or that do not go into documents. */
const handled: ReadonlySet<string> = new Set([
  'id',
  '$schema',
  '$ref',
  'items',
  'allOf',
  'oneOf',
  'anyOf',
  'not',
  'properties',
  'additionalProperties',
  'patternProperties',
  'dependencies',
  'additionalItems',
  'definitions',
]);

/** A reference to a schema of apimachinery, with its description. */
export function metaReference(type: string, description: string, version: OpenApiVersion): PublishedSchema {
  return version === 2
    ? { description, $ref: `#/definitions/${meta}.${type}` }
    : { description, allOf: [{ $ref: `#/components/schemas/${meta}.${type}` }] };
}

/** apiVersion and kind of an object of the API. */
export function typeMeta(): PublishedSchema {
  return {
    apiVersion: {
      description: `APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: ${conventions}#resources`,
      type: 'string',
    },
    kind: {
      description: `Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: ${conventions}#types-kinds`,
      type: 'string',
    },
  };
}

const objectMetadata = (version: OpenApiVersion) =>
  metaReference('ObjectMeta', `Standard object's metadata. More info: ${conventions}#metadata`, version);

/** Those of an embedded object. */
function embeddedMeta(version: OpenApiVersion): PublishedSchema {
  return {
    apiVersion: {
      description: `apiVersion defines the versioned schema of this representation of an object. More info: ${conventions}#resources`,
      type: 'string',
    },
    kind: {
      description: `kind is a string value representing the type of this object. In CamelCase. More info: ${conventions}#types-kinds`,
      type: 'string',
    },
    metadata: objectMetadata(version),
  };
}

/**
 * The schema of a whole object, with what the server knows of all objects. `preserves`: the definition keeps
 * unknown fields of all objects (apiextensions-apiserver: `openapi/builder.buildKubeNative`).
 */
export function publishedObject(
  schema: JsonSchema | undefined,
  version: OpenApiVersion,
  preserves: boolean,
): PublishedSchema {
  if (schema === undefined) return { type: 'object' };
  // kubectl would refuse whatever is not listed.
  if (version === 2 && (preserves || schema['x-kubernetes-preserve-unknown-fields'] === true)) {
    return { type: 'object' };
  }
  const published = publishedSchema(schema, version);
  published['properties'] = {
    ...(published['properties'] as object | undefined),
    ...typeMeta(),
    metadata: objectMetadata(version),
  };
  return published;
}

function publishedSchema(schema: JsonSchema, version: OpenApiVersion): PublishedSchema {
  const unfolded = schema['x-kubernetes-int-or-string'] === true ? unfold(schema) : schema;
  return version === 2 ? schemaV2(unfolded) : schemaV3(unfolded);
}

/** Where a value may be a number or a text, a choice says so. */
function unfold(schema: JsonSchema): JsonSchema {
  const { anyOf, allOf = [] } = schema;
  if (isIntOrStringChoice(anyOf) || isIntOrStringChoice(allOf[0]?.anyOf)) return schema;
  const choice: JsonSchema[] = [{ type: 'integer' }, { type: 'string' }];
  return anyOf === undefined || anyOf.length === 0
    ? { ...schema, anyOf: choice }
    : { ...schema, allOf: [{ anyOf: choice }, ...allOf] };
}

/** What stands in the schema itself. */
function ownFields(schema: JsonSchema): PublishedSchema {
  const own: PublishedSchema = {};
  for (const name of setFields(schema)) if (!handled.has(name)) own[name] = schema[name];
  return own;
}

function schemaV3(schema: JsonSchema): PublishedSchema {
  const published = ownFields(schema);
  const lists = { allOf: schema.allOf, oneOf: schema.oneOf, anyOf: schema.anyOf };
  for (const [name, list = []] of Object.entries(lists)) {
    if (list.length > 0) published[name] = list.map(schemaV3);
  }
  if (schema.not !== undefined) published['not'] = schemaV3(schema.not);
  return withChildren(published, schema, 3);
}

/** Without what kubectl does not understand (apiextensions-apiserver: `openapi/v2.ToStructuralOpenAPIV2`). */
function schemaV2(schema: JsonSchema): PublishedSchema {
  const { default: _default, nullable, required, ...rest } = schema;
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const isUntyped = nullable === true || preserves;
  const needed = isNullable(schema.additionalProperties)
    ? undefined
    : required?.filter((name) => !isNullable(isUntyped ? undefined : schema.properties?.[name]));
  const plain: JsonSchema = { ...rest, ...(needed === undefined ? {} : { required: needed }) };
  if (isUntyped) {
    delete plain.items;
    delete plain.properties;
  }
  const losesType =
    nullable === true ||
    (plain.items === undefined && plain.type === 'array') ||
    (preserves && plain.type === 'object');
  if (losesType) delete plain.type;
  return withChildren(ownFields(plain), plain, 2);
}

const isNullable = (schema: unknown) => asSchema(schema)?.nullable === true;

function withChildren(
  published: PublishedSchema,
  schema: JsonSchema,
  version: OpenApiVersion,
): PublishedSchema {
  const { properties, additionalProperties } = schema;
  const items = asSchema(schema.items);
  if (items !== undefined) published['items'] = publishedSchema(items, version);
  if (properties !== undefined && Object.keys(properties).length > 0) {
    published['properties'] = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, publishedSchema(child, version)]),
    );
  }
  if (additionalProperties !== undefined && additionalProperties !== null) {
    const extra = asSchema(additionalProperties);
    published['additionalProperties'] =
      extra === undefined ? additionalProperties : publishedSchema(extra, version);
  }
  return schema['x-kubernetes-embedded-resource'] === true
    ? withEmbedded(published, schema, version)
    : published;
}

function withEmbedded(
  published: PublishedSchema,
  schema: JsonSchema,
  version: OpenApiVersion,
): PublishedSchema {
  if (version === 2 && schema['x-kubernetes-preserve-unknown-fields'] === true) return published;
  const required = schema.required ?? [];
  return {
    ...published,
    properties: { ...(published['properties'] as object | undefined), ...embeddedMeta(version) },
    required: [...required, ...['kind', 'apiVersion'].filter((name) => !required.includes(name))],
  };
}
