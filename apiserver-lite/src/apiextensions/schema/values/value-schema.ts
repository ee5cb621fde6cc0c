import { inByteOrder } from '@pg8s/k8s-proto/byte-order';
import { asSchema, type JsonSchema } from '../json-schema.ts';
import { enumOf, type AllowedValues } from './allowed-values.ts';
import { goRegexp, type GoRegexp } from './go-regexp.ts';
import { formatNamed, isKnownFormat, type Format } from './formats/formats.ts';
import { isInt64, isJsonInteger } from './number.ts';

/** The type of a JSON value, as findings name it. */
export type ValueKind = 'null' | 'array' | 'integer' | 'number' | 'boolean' | 'string' | 'object';

/**
 * What a schema asks of values, prepared for those that ask it (Kubernetes:
 * `validation.ConvertJSONSchemaProps` and the validators of `kube-openapi/pkg/validation/validate`).
 */
export interface ValueSchema {
  readonly types: readonly string[];
  readonly isNullable: boolean;
  /** Formats that mean nothing for the type are none. */
  readonly format: string;
  readonly textFormat: Format | undefined;
  /** Which kinds of values the type takes; of `number` those that are whole may be taken for integers. */
  readonly takes: Readonly<Record<ValueKind, boolean>>;
  readonly takesWholeNumbers: boolean;
  readonly allowed: AllowedValues | undefined;
  readonly pattern: GoRegexp | undefined;
  /** Lengths, bounds, counts. */
  readonly limits: JsonSchema;
  readonly hasTextLimits: boolean;
  readonly hasNumberLimits: boolean;
  readonly numberType: '' | 'integer' | 'number';
  readonly numberFormat: string;
  readonly hasJunctors: boolean;
  readonly allOf: readonly ValueSchema[];
  readonly anyOf: readonly ValueSchema[];
  readonly oneOf: readonly ValueSchema[];
  readonly not: ValueSchema | undefined;
  /** In the order of their names. */
  readonly properties: ReadonlyMap<string, ValueSchema>;
  readonly additional: ValueSchema | undefined;
  readonly forbidsAdditional: boolean;
  readonly required: readonly string[];
  readonly items: ValueSchema | undefined;
}

const cache = new WeakMap<JsonSchema, ValueSchema>();

/** Made once for each schema. */
export function valueSchema(schema: JsonSchema): ValueSchema {
  let made = cache.get(schema);
  if (made === undefined) {
    made = makeSchema(schema);
    cache.set(schema, made);
  }
  return made;
}

const none: readonly ValueSchema[] = [];

function makeSchema(schema: JsonSchema): ValueSchema {
  const types = typesOf(schema);
  const format = formatOf(schema, types);
  const single = types.length === 1 ? types[0]! : '';
  const numberType = single === 'integer' || single === 'number' ? single : '';
  const isNullable = schema.nullable === true;
  const kinds: ValueKind[] = ['null', 'array', 'integer', 'number', 'boolean', 'string', 'object'];
  const asked = { types, format, isNullable };
  const list = (schemas: readonly JsonSchema[] | undefined) =>
    schemas === undefined || schemas.length === 0 ? none : schemas.map(valueSchema);
  const [allOf, anyOf, oneOf] = [list(schema.allOf), list(schema.anyOf), list(schema.oneOf)];
  const not = asSchema(schema.not);
  const extra = asSchema(schema.additionalProperties);
  const items = asSchema(schema.items);
  const names = inByteOrder(Object.keys(schema.properties ?? {}));
  return {
    types,
    isNullable,
    format,
    textFormat: formatNamed(format),
    takes: Object.fromEntries(
      kinds.map((kind) => [kind, mistypedAs(asked, kind, undefined) === undefined]),
    ) as Record<ValueKind, boolean>,
    takesWholeNumbers: types.includes('integer'),
    allowed: schema.enum === undefined || schema.enum.length === 0 ? undefined : enumOf(schema.enum),
    pattern: schema.pattern ? goRegexp(schema.pattern) : undefined,
    limits: schema,
    hasTextLimits: schema.minLength !== undefined || schema.maxLength !== undefined,
    hasNumberLimits:
      numberType === 'integer' ||
      (numberType === 'number' && format === 'float') ||
      schema.minimum !== undefined ||
      schema.maximum !== undefined ||
      schema.multipleOf !== undefined,
    numberType,
    numberFormat: numberType === '' ? '' : format,
    hasJunctors: allOf.length + anyOf.length + oneOf.length > 0 || not !== undefined,
    allOf,
    anyOf,
    oneOf,
    not: not === undefined ? undefined : valueSchema(not),
    properties: new Map(names.map((name) => [name, valueSchema(schema.properties![name]!)])),
    additional: extra === undefined ? undefined : valueSchema(extra),
    forbidsAdditional: schema.additionalProperties === false,
    required: schema.required ?? [],
    items: items === undefined ? undefined : valueSchema(items),
  };
}

function typesOf(schema: JsonSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type ? [schema.type] : [];
}

function formatOf({ format = '' }: JsonSchema, types: readonly string[]): string {
  return format !== '' && isKnownFormat(types.length === 1 ? types[0]! : '', format) ? format : '';
}

/** The type of a value. */
export function kindOfValue(value: unknown): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
    case 'bigint':
      return isInt64(value) ? 'integer' : 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null || value === undefined) return 'null';
      return Array.isArray(value) ? 'array' : 'object';
  }
}

/**
 * Which type was asked for, and which one the value is taken for, where they do not fit; `value` decides
 * whether a number counts as a whole one.
 */
export function mistypedAs(
  { types, format, isNullable }: Pick<ValueSchema, 'types' | 'format' | 'isNullable'>,
  kind: ValueKind,
  value: unknown,
): { wanted: string; found: string } | undefined {
  if (kind === 'null') {
    return types.length === 0 || isNullable ? undefined : { wanted: types.join(','), found: kind };
  }
  if (types.length === 0 && format === '') return undefined;
  const fits =
    types.includes(kind) ||
    (kind === 'integer' && types.includes('number')) ||
    (kind === 'number' && types.includes('integer') && value !== undefined && isJsonInteger(Number(value)));
  const isTextual = kind === 'string' || kind === 'array';
  if (!isTextual && format !== '' && !fits) {
    const own = kind === 'integer' ? 'int64' : kind === 'number' ? 'float64' : '';
    if (own !== format) return { wanted: format, found: own };
  }
  const isNumeric = types.includes('number') || types.includes('integer');
  if (!isNumeric && format !== '' && isTextual) return undefined;
  return fits ? undefined : { wanted: types.join(','), found: kind };
}
