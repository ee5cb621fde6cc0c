import type { TypeDescriptions } from './descriptions.ts';
import type { PropertyOptions, SchemaEntry } from './schema-table.ts';

/** The two dialects in which the API is published. */
export type OpenApiVersion = 2 | 3;

type Schema = Record<string, unknown>;

const referencePrefix = { 2: '#/definitions/', 3: '#/components/schemas/' } as const;

/** The zero values that Go fields have when nothing is given. */
const zeroValues: Readonly<Record<string, unknown>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
};

/** Types that are written as a plain value: they have no object for a default. */
const plainTypes: Readonly<Record<string, Schema>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
};
const customTypes = new Set([
  ...Object.keys(plainTypes),
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
]);

const apiextensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
for (const name of [
  'JSON',
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
]) {
  customTypes.add(`${apiextensions}.${name}`);
}

/** The one type whose properties have no descriptions, but for `default`. */
const undescribed = `${apiextensions}.JSONSchemaProps`;

/** The one property of another type that has none. */
const undescribedProperty = 'io.k8s.api.networking.v1.IngressRule.http';

/** The type that a property is of, where that is a named one. */
function referenceOf(type: string): string {
  return /^!?#(.+)$/.exec(type)?.[1] ?? '';
}

export interface SchemaTask {
  name: string;
  entry: SchemaEntry;
  descriptions: TypeDescriptions;
  /** What another type is for: said of properties that are of it and have no description of their own. */
  describeReference: (type: string) => string;
  version: OpenApiVersion;
  /** Names the kinds of this `group/version` and the core only, where the type has many. */
  groupVersion?: string;
  /** Names no kinds of groups that the server of definitions does not know. */
  isCustom?: boolean;
}

/** Known to the servers of the others. */
const unknownToCustom = /^(?:admission|apiextensions|apiregistration|imagepolicy)\.k8s\.io\//;

/** One type as a schema; OpenAPI 2 knows neither defaults nor values of several types. */
export function renderSchema(task: SchemaTask): Schema {
  const { name, entry, descriptions, describeReference, version, groupVersion, isCustom } = task;
  const schema: Schema = descriptions.type === '' ? {} : { description: descriptions.type };
  if (entry.properties === undefined) {
    const plain = version === 3 ? plainTypes[name] : undefined;
    Object.assign(schema, plain ?? scalar(entry.type ?? 'any'));
  } else {
    schema['type'] = 'object';
    if (entry.required !== undefined) schema['required'] = entry.required;
    schema['properties'] = Object.fromEntries(
      Object.entries(entry.properties).map(([property, value]) => {
        const [type, options] = typeof value === 'string' ? [value, {}] : value;
        const describable =
          (name !== undescribed || property === 'default') && `${name}.${property}` !== undescribedProperty;
        const description =
          descriptions.properties.get(property) ?? (describable ? describeReference(referenceOf(type)) : '');
        return [property, renderProperty({ type, options, description, describable, version })];
      }),
    );
  }
  if (entry.kinds !== undefined) {
    const all = entry.kinds.length === 1 || groupVersion === undefined;
    schema['x-kubernetes-group-version-kind'] = entry.kinds
      .filter((kind) => all || kind.startsWith('/') || kind.startsWith(`${groupVersion}/`))
      .filter((kind) => isCustom !== true || !unknownToCustom.test(kind))
      .map((text) => {
        const [group, version, kind] = text.split('/');
        return { group, kind, version };
      });
  }
  if (entry.map !== undefined) schema['x-kubernetes-map-type'] = entry.map;
  if (entry.unions !== undefined) schema['x-kubernetes-unions'] = entry.unions;
  return schema;
}

interface Property {
  type: string;
  options: PropertyOptions;
  description: string;
  /** Whether there could be a description. */
  describable: boolean;
  version: OpenApiVersion;
}

function renderProperty({ type: text, options, description, describable, version }: Property): Schema {
  const isValue = text.startsWith('!');
  const type = isValue ? text.slice(1) : text;
  const extra: Schema = description === '' ? {} : { description };
  if (version === 3) {
    const value = options.default ?? (isValue ? zeroOf(type) : undefined);
    if (value !== undefined) extra['default'] = value;
  }
  if (options.list !== undefined) extra['x-kubernetes-list-type'] = options.list;
  if (options.keys !== undefined) extra['x-kubernetes-list-map-keys'] = options.keys;
  if (options.map !== undefined) extra['x-kubernetes-map-type'] = options.map;
  if (options.strategy !== undefined) extra['x-kubernetes-patch-strategy'] = options.strategy;
  if (options.mergeKey !== undefined) extra['x-kubernetes-patch-merge-key'] = options.mergeKey;
  const schema = withEnum(renderType(type, version), options.enum);
  if (version === 2 || !('$ref' in schema)) return { ...extra, ...schema };
  // Nothing may stand beside a `$ref`.
  return describable ? { allOf: [schema], ...extra } : schema;
}

/** Enums are of the innermost type: of the elements of a list, of the values of a map. */
function withEnum(schema: Schema, values: readonly string[] | undefined): Schema {
  if (values === undefined) return schema;
  for (const inner of ['items', 'additionalProperties']) {
    if (inner in schema) return { ...schema, [inner]: withEnum(schema[inner] as Schema, values) };
  }
  return { ...schema, enum: values };
}

function renderType(type: string, version: OpenApiVersion): Schema {
  if (type.startsWith('#')) return { $ref: `${referencePrefix[version]}${type.slice(1)}` };
  if (type.startsWith('[]')) return { type: 'array', items: renderElement(type.slice(2), version) };
  if (type.startsWith('{}')) {
    return { type: 'object', additionalProperties: renderElement(type.slice(2), version) };
  }
  return scalar(type);
}

/** Elements of lists and maps are values. */
function renderElement(type: string, version: OpenApiVersion): Schema {
  const schema = renderType(type, version);
  const value = version === 3 ? zeroOf(type) : undefined;
  if (value === undefined) return schema;
  // In OpenAPI 3 nothing may stand beside a `$ref`.
  return { ...('$ref' in schema ? { allOf: [schema] } : schema), default: value };
}

function zeroOf(type: string): unknown {
  if (!type.startsWith('#')) return zeroValues[type];
  return customTypes.has(type.slice(1)) ? undefined : {};
}

function scalar(type: string): Schema {
  switch (type) {
    case 'any':
      return {};
    case 'int32':
    case 'int64':
      return { type: 'integer', format: type };
    case 'double':
      return { type: 'number', format: type };
    case 'byte':
    case 'date-time':
    case 'int-or-string':
      return { type: 'string', format: type };
    default:
      return { type };
  }
}
