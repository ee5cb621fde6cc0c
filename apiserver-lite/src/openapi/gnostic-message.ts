import { stringifyJson } from '@pg8s/k8s-proto/json';

/**
 * Messages of gnostic, in which OpenAPI documents are written as protobuf, by tables of JSON field → field
 * number and type:
 *
 *     string strings bool double int   plain values
 *     any anys                         YAML texts (JSON is YAML), wrapped
 *     a function                       a message made from the JSON value
 *     [function]                       a repeated message
 */
type Json = Record<string, unknown>;
/** The bytes of a message, from its JSON. */
export type Encode = (value: unknown) => Buffer;
type FieldType =
  | 'string'
  | 'strings'
  | 'bool'
  | 'double'
  | 'int'
  | 'any'
  | 'anys'
  | Encode
  | readonly [Encode];
export interface MessageTable {
  fields: Readonly<Record<string, readonly [number, FieldType]>>;
  /** Where `x-…` fields go. */
  extensions?: number;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A length-delimited field. */
export function field(number: number, contents: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(contents.byteLength), contents]);
}

/** A field that is a text. */
export function text(number: number, value: string): Buffer {
  return field(number, Buffer.from(value));
}

/** A field that is a float of 64 bits; zero is what a message without the field says. */
export function double(number: number, value: number): Buffer {
  if (value === 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}

function yaml(value: unknown): Buffer {
  return text(2, `${stringifyJson(value) ?? 'null'}\n`);
}

/** `{name: 1, value: 2}`, by which protobuf had maps before it had maps. */
function named(name: string, value: Uint8Array): Buffer {
  return Buffer.concat([text(1, name), field(2, value)]);
}

/** A message by its table. Throws where the JSON holds what has no place in the table. */
export function encodeMessage({ fields, extensions }: MessageTable, value: unknown): Buffer {
  const parts: Buffer[] = [];
  for (const [name, inner] of Object.entries(value as Json)) {
    const known = fields[name];
    if (known !== undefined) parts.push(...encodeField(known[0], known[1], inner));
    else if (extensions !== undefined && name.startsWith('x-'))
      parts.push(field(extensions, named(name, yaml(inner))));
    else throw new Error(`there is no place for the field ${name}`);
  }
  return Buffer.concat(parts);
}

function encodeField(number: number, type: FieldType, value: unknown): Buffer[] {
  if (type === 'string') return [text(number, value as string)];
  if (type === 'strings') return (value as string[]).map((item) => text(number, item));
  if (type === 'bool') return value === true ? [Buffer.concat([varint(number * 8), varint(1)])] : [];
  if (type === 'double') return [double(number, Number(value))];
  if (type === 'int') return [Buffer.concat([varint(number * 8), varint(Number(value))])];
  if (type === 'any') return [field(number, yaml(value))];
  if (type === 'anys') return (value as unknown[]).map((item) => field(number, yaml(item)));
  if (typeof type === 'function') return [field(number, (type as Encode)(value))];
  return (value as unknown[]).map((item) => field(number, (type as readonly [Encode])[0](item)));
}

/** A JSON object as a message of repeated named values in field `number`. */
export function mapOf(encode: Encode, number = 1): Encode {
  return (value) =>
    Buffer.concat(
      Object.entries(value as Json).map(([name, inner]) => field(number, named(name, encode(inner)))),
    );
}
