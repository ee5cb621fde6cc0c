import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  type ObjectDeclaration,
  objectType,
  stringType,
  timestampType,
  type TypeProvider,
} from '../types.ts';
import { escapeFieldName } from './field-names.ts';
import {
  isEmbedded,
  itemsOf,
  type StructuralSchema,
  valuesOf,
  withTypeAndMetadata,
} from './structural-schema.ts';

/** The largest request in bytes that estimates assume; fixed, whatever the server's own limit is. */
export const maxRequestBytes = 3 * 1024 * 1024;

/**
 * A schema as a type of expressions, with the sizes that data of one request can have (Kubernetes:
 * cel.DeclType).
 */
export interface SchemaType {
  readonly kind: 'scalar' | 'list' | 'map' | 'object';
  /** Of scalars; those of lists, maps and objects follow from the name that the root gets. */
  readonly scalar: CelType;
  /** Characters, elements or entries at most; 0 for what has no size. */
  readonly maxElements: number;
  /** The fewest bytes of JSON. */
  readonly minBytes: number;
  /** Of maps whose keys have a known size. */
  readonly key?: SchemaType;
  /** Of lists and maps. */
  readonly element?: SchemaType;
  /** Of objects, by their names in expressions. */
  readonly fields?: ReadonlyMap<string, SchemaType>;
}

const minDurationBytes = 3;
const maxDurationBytes = 32;
const dateBytes = 12;
const minDateTimeBytes = 21;
const maxDateTimeBytes = 32;
const minStringBytes = 2;
const minBoolBytes = 4;
const minNumberBytes = 1;

const scalar = (type: CelType, minBytes: number, maxElements = 0): SchemaType => ({
  kind: 'scalar',
  scalar: type,
  maxElements,
  minBytes,
});

const notNegative = (value: number) => Math.max(0, value);
/** A code point has up to four bytes. */
const bytesOf = (maxLength: number) => notNegative(maxLength) * 4;
const longestText = maxRequestBytes - 2;

/**
 * The type of a schema, undefined for what expressions cannot see: what has no type. `isRoot` is true for
 * resources, embedded ones too (Kubernetes: pkg/cel/common/schemas.go).
 */
export function schemaType(given: StructuralSchema, isRoot: boolean): SchemaType | undefined {
  if (given['x-kubernetes-int-or-string'] === true) {
    return scalar(dynType, 1, given.maxLength === undefined ? longestText : bytesOf(given.maxLength));
  }
  const schema = isRoot ? withTypeAndMetadata(given) : given;
  switch (schema.type) {
    case 'array':
      return arrayType(schema);
    case 'object':
      return schema.additionalProperties !== undefined && valuesOf(schema) !== undefined
        ? mapOf(schema)
        : objectOf(schema);
    case 'string':
      return textType(schema);
    case 'boolean':
      return scalar(boolType, minBoolBytes);
    case 'number':
      return scalar(doubleType, minNumberBytes);
    case 'integer':
      return scalar(intType, minNumberBytes);
    default:
      return undefined;
  }
}

function childType(schema: StructuralSchema | undefined): SchemaType | undefined {
  return schema === undefined ? undefined : schemaType(schema, isEmbedded(schema));
}

function arrayType(schema: StructuralSchema): SchemaType | undefined {
  const element = childType(itemsOf(schema));
  if (element === undefined) return undefined;
  const maxElements =
    schema.maxItems === undefined
      ? Math.floor((maxRequestBytes - 2) / (element.minBytes + 1))
      : notNegative(schema.maxItems);
  return { kind: 'list', scalar: dynType, element, maxElements, minBytes: 2 };
}

function mapOf(schema: StructuralSchema): SchemaType | undefined {
  const element = childType(valuesOf(schema));
  if (element === undefined) return undefined;
  // A key of two bytes, colon and comma.
  const maxElements =
    schema.maxProperties === undefined
      ? Math.floor((maxRequestBytes - 2) / (element.minBytes + 6))
      : notNegative(schema.maxProperties);
  return { kind: 'map', scalar: dynType, element, maxElements, minBytes: 2 };
}

function objectOf(schema: StructuralSchema): SchemaType {
  const fields = new Map<string, SchemaType>();
  const required = new Set(schema.required);
  let minBytes = 2;
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const type = childType(property);
    if (type === undefined) continue;
    const identifier = escapeFieldName(name);
    if (identifier !== undefined) fields.set(identifier, type);
    // The server fills in defaults: a request can go without them.
    if (required.has(name) && (property.default ?? undefined) === undefined) {
      minBytes += Buffer.byteLength(name) + type.minBytes + 4;
    }
  }
  return { kind: 'object', scalar: dynType, fields, maxElements: 0, minBytes };
}

function textType(schema: StructuralSchema): SchemaType {
  const { maxLength } = schema;
  switch (schema.format) {
    case 'byte':
      return scalar(
        bytesType,
        minStringBytes,
        maxLength === undefined ? longestText : notNegative(maxLength),
      );
    case 'duration':
      return scalar(durationType, minDurationBytes, maxDurationBytes);
    case 'date':
      return scalar(timestampType, dateBytes, dateBytes);
    case 'date-time':
      return scalar(timestampType, minDateTimeBytes, maxDateTimeBytes);
    default:
  }
  if (maxLength !== undefined) return scalar(stringType, minStringBytes, bytesOf(maxLength));
  const values = schema.enum ?? [];
  const lengths = values.map((value) => (typeof value === 'string' ? Buffer.byteLength(value) : 0));
  return scalar(stringType, minStringBytes, values.length > 0 ? Math.max(...lengths) : longestText);
}

/** A schema's type under a name, with the object types below it for the checker. */
export interface NamedType {
  readonly type: CelType;
  readonly provider: TypeProvider;
}

/** Names the objects of a type: `name`, `name.spec`, `name.items.@idx`, `name.labels.@elem`. */
export function nameType(root: SchemaType, name: string): NamedType {
  const objects = new Map<string, ObjectDeclaration>();
  const named = (type: SchemaType, at: string): CelType => {
    switch (type.kind) {
      case 'list':
        return listType(named(type.element!, `${at}.@idx`));
      case 'map':
        return mapType(stringType, named(type.element!, `${at}.@elem`));
      case 'object': {
        const fields = new Map(
          Array.from(type.fields!, ([field, child]) => [field, named(child, `${at}.${field}`)]),
        );
        objects.set(at, { name: at, field: (field) => fields.get(field) });
        return objectType(at);
      }
      default:
        return type.scalar;
    }
  };
  return { type: named(root, name), provider: { findObject: (object) => objects.get(object) } };
}
