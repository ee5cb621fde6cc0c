import type { CelType } from './types.ts';

/**
 * The values of CEL. What JavaScript has is used as it is: `null`, `boolean`, `bigint` for int (always within
 * 64 bits), `number` for double, `string`, `Uint8Array` for bytes. The rest are the classes below, and a
 * CelType is a value too.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | ListValue
  | MapValue
  | ObjectValue
  | OptionalValue
  | OpaqueValue
  | CelType;

/**
 * An error of evaluation. Functions return it, never throw it: `&&`, `||` and the macros may absorb it.
 * `message` is cel-go's text, for example `no such key: x`.
 */
export class EvaluationError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** What an evaluation gives: a value or an error. */
export type Result = Value | EvaluationError;

/** The error of operators and functions whose arguments no overload takes. */
export const noSuchOverload = new EvaluationError('no such overload');

/** An unsigned integer of 64 bits. */
export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

/**
 * A moment: seconds since 1970 and nanoseconds (0 to 999,999,999) after them, in the years 1 to 9999.
 * `offsetMinutes` is how far east of UTC it was written: only its text depends on it.
 */
export class Timestamp {
  readonly seconds: number;
  readonly nanos: number;
  readonly offsetMinutes: number;

  constructor(seconds: number, nanos: number, offsetMinutes = 0) {
    this.seconds = seconds;
    this.nanos = nanos;
    this.offsetMinutes = offsetMinutes;
  }
}

/** A span of time in nanoseconds, within 64 bits as Go's time.Duration. */
export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/**
 * A list. Subclass it to read elements from where they are (see ArrayList and the lists of json.ts), or to
 * give a list another equality or concatenation, as Kubernetes' sets and maps in lists have.
 */
export abstract class ListValue {
  abstract readonly size: number;
  /** The element at `index`, which is within 0 and size - 1. */
  abstract get(index: number): Value;
  /** `list == other`; undefined means: compare element by element. */
  equals?(other: ListValue): boolean;
  /** `list + other`; undefined means: one after the other. */
  concat?(other: ListValue): Result;
}

/** A list that stands in an array. */
export class ArrayList extends ListValue {
  readonly elements: readonly Value[];

  constructor(elements: readonly Value[]) {
    super();
    this.elements = elements;
  }

  get size(): number {
    return this.elements.length;
  }

  get(index: number): Value {
    return this.elements[index]!;
  }
}

/** A map. Subclass it to read entries from where they are. */
export abstract class MapValue {
  abstract readonly size: number;
  /**
   * The value of `key`, undefined when there is no such key. Numeric keys that are equal find the same entry.
   */
  abstract find(key: Value): Value | undefined;
  /** All keys, in a stable order. */
  abstract keys(): Iterable<Value>;
  /** `map == other`; undefined means: the same keys with equal values. */
  equals?(other: MapValue): boolean;
}

/** An object with declared fields, which is not a map: what a literal `Name{…}` makes. */
export abstract class ObjectValue {
  abstract readonly type: CelType;
  /** The value of a field, its default when it is not set; undefined when there is no such field. */
  abstract get(field: string): Value | undefined;
  /** `has(object.field)`; undefined when there is no such field. */
  abstract has(field: string): boolean | undefined;
  abstract equals(other: Value): boolean;
}

/** A value or nothing: the type `optional_type(T)`. */
export class OptionalValue {
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

/** The optional without a value. */
export const optionalNone = new OptionalValue(undefined);

/** A value of a library's own type, such as a quantity or an IP address. */
export abstract class OpaqueValue {
  /** The type as declared, with objectType or opaqueType. */
  abstract readonly type: CelType;
  /** `this == other`; `other` may be of any type. */
  abstract equals(other: Value): boolean;
  /**
   * Whether `this == other` has an answer; else it is the error `no such overload`, and true within lists and
   * maps (cel-go: errors of elements are not false). Absent: always. Not asked for null.
   */
  comparesTo?(other: Value): boolean;
  /** Its size for the cost of functions that read all of it; 1 when absent (cel-go: traits.Sizer). */
  readonly size?: number;
}
