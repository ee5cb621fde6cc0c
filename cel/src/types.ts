/**
 * The types of CEL as the checker sees them. A type is compared by what it is, never by identity; build types
 * with the constants and functions of this file.
 */

/** The families of types (cel-go: common/types/types.go, Kind). */
export type TypeKind =
  | 'error'
  | 'dyn'
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'string'
  | 'object'
  | 'timestamp'
  | 'type'
  | 'parameter'
  | 'uint';

/**
 * A type, which is also a value: `type(1) == int`. `name` is the name without parameters (`int`, `list`,
 * `google.protobuf.Timestamp`, `kubernetes.Quantity`); `nullable` is true for protobuf's wrappers of
 * primitive types.
 */
export class CelType {
  readonly kind: TypeKind;
  readonly name: string;
  readonly parameters: readonly CelType[];
  readonly nullable: boolean;
  #text: string | undefined;

  constructor(kind: TypeKind, name: string, parameters: readonly CelType[] = [], nullable = false) {
    this.kind = kind;
    this.name = name;
    this.parameters = parameters;
    this.nullable = nullable;
  }

  /** Whether the checker treats the type as unknown: `dyn` and `any`. */
  get isDynamic(): boolean {
    return this.kind === 'dyn' || this.kind === 'any';
  }

  /** The type as messages print it: `list(string)`, `map(string, int)`, `timestamp`, `wrapper(int)`. */
  toString(): string {
    return (this.#text ??= formatType(this));
  }
}

function formatType(type: CelType): string {
  switch (type.kind) {
    case 'any':
      return 'any';
    case 'duration':
      return 'duration';
    case 'timestamp':
      return 'timestamp';
    case 'error':
      return '!error!';
    case 'null':
      return 'null';
    case 'parameter':
      return type.name;
    default:
  }
  if (type.parameters.length === 0) return type.nullable ? `wrapper(${type.name})` : type.name;
  return `${type.name}(${type.parameters.join(', ')})`;
}

/**
 * The type as Go prints it with `%v`, as some messages of Kubernetes do: `google.protobuf.Timestamp` where
 * toString() has `timestamp`, and `<T>` for a type parameter.
 */
export function printType(type: CelType): string {
  if (type.kind === 'parameter') return `<${type.name}>`;
  if (type.parameters.length === 0) return type.nullable ? `wrapper(${type.name})` : type.name;
  return `${type.name}(${type.parameters.map(printType).join(', ')})`;
}

/** What the checker gives to an expression that it refused, so that one mistake is reported once. */
export const errorType = new CelType('error', '!error!');
/** Not known before evaluation. */
export const dynType = new CelType('dyn', 'dyn');
/** `google.protobuf.Any`; checked as `dyn` is. */
export const anyType = new CelType('any', 'google.protobuf.Any');
export const boolType = new CelType('bool', 'bool');
export const bytesType = new CelType('bytes', 'bytes');
export const doubleType = new CelType('double', 'double');
export const durationType = new CelType('duration', 'google.protobuf.Duration');
export const intType = new CelType('int', 'int');
export const nullType = new CelType('null', 'null_type');
export const stringType = new CelType('string', 'string');
export const timestampType = new CelType('timestamp', 'google.protobuf.Timestamp');
/** The type of types, whichever they are. */
export const typeType = new CelType('type', 'type');
export const uintType = new CelType('uint', 'uint');

/** A list of `element`. */
export function listType(element: CelType): CelType {
  return new CelType('list', 'list', [element]);
}

/** A map from `key` to `value`. */
export function mapType(key: CelType, value: CelType): CelType {
  return new CelType('map', 'map', [key, value]);
}

/** A value of `inner` or nothing. */
export function optionalType(inner: CelType): CelType {
  return new CelType('opaque', 'optional_type', [inner]);
}

/**
 * A type that only functions know, for example `net.IP` (cel-go: OpaqueType). Not equal to, nor usable as,
 * any other.
 */
export function opaqueType(name: string, ...parameters: CelType[]): CelType {
  return new CelType('opaque', name, parameters);
}

/**
 * An object with fields, by its name (cel-go: ObjectType). The checker asks the environment's TypeProvider
 * for the fields; a type without a declaration there has none, as `kubernetes.Quantity`.
 */
export function objectType(name: string): CelType {
  return wellKnownTypes.get(name) ?? new CelType('object', name);
}

/** The messages of protobuf that are values of CEL itself. */
const wellKnownTypes: ReadonlyMap<string, CelType> = new Map([
  ['google.protobuf.Duration', durationType],
  ['google.protobuf.Timestamp', timestampType],
  ['google.protobuf.Any', anyType],
  ['google.protobuf.Value', dynType],
  ['google.protobuf.ListValue', listType(dynType)],
  ['google.protobuf.Struct', mapType(stringType, dynType)],
  ['google.protobuf.NullValue', nullType],
]);

/** A type parameter of an overload, `T` in `list(T)`. */
export function typeParameter(name: string): CelType {
  return new CelType('parameter', name);
}

/** The type of the expression that names `type`. */
export function typeOfType(type: CelType): CelType {
  return new CelType('type', 'type', [type]);
}

/** A primitive type that may be null: protobuf's wrappers. */
export function nullableType(inner: CelType): CelType {
  return new CelType(inner.kind, inner.name, inner.parameters, true);
}

/**
 * Whether both are the same type, parameters included; wrappers count as what they wrap (cel-go:
 * IsExactType).
 */
export function isSameType(one: CelType, other: CelType): boolean {
  if (one === other) return true;
  if (
    one.kind !== other.kind ||
    one.name !== other.name ||
    one.parameters.length !== other.parameters.length
  ) {
    return false;
  }
  return one.parameters.every((parameter, index) => isSameType(parameter, other.parameters[index]!));
}

/** Whether the type is `optional_type(…)`. */
export function isOptionalType(type: CelType): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type';
}

/** One declared object type: its fields by name. */
export interface ObjectDeclaration {
  readonly name: string;
  /** The type of a field, undefined when it is not declared. */
  field(name: string): CelType | undefined;
  /**
   * Makes a value from a literal `Name{field: value}`; without it literals of this type fail when evaluated.
   */
  create?(fields: ReadonlyMap<string, unknown>): unknown;
}

/** Where the checker finds the object types that expressions may name or reach. */
export interface TypeProvider {
  /** The object type of this name, undefined when there is none. */
  findObject(name: string): ObjectDeclaration | undefined;
}
