import { compileRead, type FieldSpec } from './compile.ts';
import { compileSize, compileWrite } from './compile-write.ts';
import { MessageOutput } from './message-output.ts';
import { createReader, MalformedMessageError, type Reader } from './wire.ts';

declare const fieldValue: unique symbol;

/**
 * How one field is written: its number, its type on the wire, and (for the compiler) its type in TypeScript.
 */
export interface Field<V> extends FieldSpec {
  readonly [fieldValue]?: V;
}

type Keys<T> = T extends unknown ? keyof T : never;
type Value<T, K extends PropertyKey> = T extends { [P in K]?: infer V } ? V : never;

/** Every field of T once: a field that is forgotten, or has another type, does not compile. */
export type Fields<T> = { readonly [K in Keys<T>]-?: Field<Exclude<Value<T, K>, undefined>> };

/**
 * Protobuf bytes ⇄ a plain object of type T. The functions are compiled from the table of fields at their
 * first use. Reading fills absent fields with their zero value, skips unknown ones, and throws on bytes that
 * are not protobuf.
 */
export interface Codec<T> {
  readonly name: string;
  /**
   * The table it is made from, by our names; what else tells of messages (JSON, reflection) is made from it,
   * too.
   */
  readonly fields: Readonly<Record<string, FieldSpec>>;
  /** Whether it is nothing but one oneof. */
  readonly isOneof: boolean;
  /** How many bytes `write` writes, which comes next. */
  size(message: T, output: MessageOutput): number;
  /** Writes the fields that differ from their zero value, in order of their numbers. */
  write(message: T, output: MessageOutput): void;
  /** Reads from the reader's position to `end`. */
  read(reader: Reader, end: number): T;
}

/** A number as int64; exact below 2^53. */
export const int64 = (number: number): Field<number> => ({ number, type: 'int64' });
/** A number as uint64; exact below 2^53. */
export const uint64 = (number: number): Field<number> => ({ ...int64(number), protoType: 'uint64' });
/** A number as int32. */
export const int32 = (number: number): Field<number> => ({ ...int64(number), protoType: 'int32' });
/** A 64-bit id as int64 (leases). */
export const signedId = (number: number): Field<bigint> => ({ number, type: 'signedId' });
/** A 64-bit id as uint64 (members, clusters). */
export const unsignedId = (number: number): Field<bigint> => ({ number, type: 'unsignedId' });
/** A number as uint32. */
export const uint32 = (number: number): Field<number> => ({ number, type: 'uint32' });
/** A boolean as bool. */
export const bool = (number: number): Field<boolean> => ({ number, type: 'bool' });
/** Text as string. Text that is not UTF-8 is refused. */
export const string = (number: number): Field<string> => ({ number, type: 'string' });
/** Text that etcd declares as bytes. */
export const textBytes = (number: number): Field<string> => ({ ...string(number), protoType: 'bytes' });
/** Bytes, read as a view of the message. */
export const bytes = (number: number): Field<Uint8Array> => ({ number, type: 'bytes' });
/** Bytes that are read into memory of their own, because they outlive the message. */
export const ownBytes = (number: number): Field<Uint8Array> => ({ number, type: 'ownBytes' });

/** An enum's values in order of their numbers, and its name within the package. */
export interface EnumType<N extends string> {
  readonly name: string;
  readonly values: readonly N[];
}

/** An enum as the union of its names; a number without a name is read as that number's digits. */
export const enumeration = <N extends string>(number: number, { name, values }: EnumType<N>): Field<N> => ({
  number,
  type: 'enum',
  names: values,
  enumName: name,
});

/** The field under a name that etcd's protobuf has not in snake_case: `TTL`, `peerURLs`. */
export const named = <V>(protoName: string, field: Field<V>): Field<V> => ({ ...field, protoName });

/** A message; a function, so that messages may contain each other. Absent: undefined. */
export const message = <T>(number: number, codec: () => Codec<T>): Field<T> => ({
  number,
  type: 'message',
  codec: codec as () => Codec<unknown>,
});

/** As `message`, but read as a message of zero values when absent. */
export const requiredMessage = <T>(number: number, codec: () => Codec<T>): Field<T> => ({
  ...message(number, codec),
  required: true,
});

/** The field may occur many times (numbers: packed or not). */
export const repeated = <V>(field: Field<V>): Field<V[]> => ({ ...field, repeated: true }) as FieldSpec;

/** A field of the oneof of this name: written whenever it is set, even to zero, and absent otherwise. */
export const inOneof = <V>(oneof: string, field: Field<V>): Field<V> => ({ ...field, oneof });

/** A message that is the object of its fields. */
export function defineMessage<T extends object>(name: string, fields: Fields<T>): Codec<T> {
  return lazyCodec(name, fields as Readonly<Record<string, FieldSpec>>, false);
}

/** A message that is nothing but one oneof: a union of objects with one field each; `{}` when none is set. */
export function defineOneof<T extends object>(name: string, fields: Fields<T>): Codec<T> {
  return lazyCodec(name, fields as Readonly<Record<string, FieldSpec>>, true);
}

function lazyCodec<T>(name: string, fields: Readonly<Record<string, FieldSpec>>, isOneof: boolean): Codec<T> {
  // Compiled when first used: only then are the codecs of all the messages in it known.
  const codec = {
    name,
    fields,
    isOneof,
    size(value: T, output: MessageOutput): number {
      codec.size = compileSize(fields) as (value: T, output: MessageOutput) => number;
      return codec.size(value, output);
    },
    write(value: T, output: MessageOutput): void {
      codec.write = compileWrite(fields) as (value: T, output: MessageOutput) => void;
      codec.write(value, output);
    },
    read(reader: Reader, end: number): T {
      codec.read = compileRead(fields, isOneof) as (reader: Reader, end: number) => T;
      return codec.read(reader, end);
    },
  };
  return codec;
}

const output = new MessageOutput();
/** Counts the messages whose sizes the output has had. */
let sized = 0;

/** How many bytes the message takes. */
export function encodedSize<T>(codec: Codec<T>, value: T): number {
  output.reset();
  sized++;
  return codec.size(value, output);
}

/** The message's bytes, in memory of their own. */
export function encode<T>(codec: Codec<T>, value: T): Buffer {
  const bytes = Buffer.allocUnsafeSlow(encodedSize(codec, value));
  write(codec, value, { bytes, at: 0 });
  return bytes;
}

/**
 * A message that knows its size and is written where it is wanted: for a large one, a copy is most of what it
 * costs.
 */
export class PreparedMessage<T> {
  readonly byteLength: number;
  readonly #codec: Codec<T>;
  readonly #value: T;
  #sized: number;

  constructor(codec: Codec<T>, value: T) {
    this.byteLength = encodedSize(codec, value);
    this.#codec = codec;
    this.#value = value;
    this.#sized = sized;
  }

  /** Writes the message to `target`, which must have room for it from `at` on. */
  copy(target: Buffer, at: number): number {
    if (this.#sized !== sized) {
      encodedSize(this.#codec, this.#value);
      this.#sized = sized;
    }
    write(this.#codec, this.#value, { bytes: target, at });
    return this.byteLength;
  }
}

/** After `encodedSize` of the same message. */
function write<T>(codec: Codec<T>, value: T, to: { bytes: Buffer; at: number }): void {
  output.begin(to.bytes, to.at);
  codec.write(value, output);
  output.end();
}

/**
 * Reads a whole message.
 *
 * @throws MalformedMessageError when the bytes are not this message.
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = createReader(bytes);
  try {
    return codec.read(reader, reader.len);
  } catch (error) {
    if (error instanceof MalformedMessageError) throw error;
    // protobufjs' own errors; V8's when messages are nested deeper than the stack.
    const text = error instanceof Error ? error.message : String(error);
    if (text.startsWith('Maximum call stack')) {
      throw new MalformedMessageError(text, 'proto: exceeded maximum recursion depth');
    }
    throw new MalformedMessageError(text);
  }
}
