import { Buffer } from 'node:buffer';
import type { SpecialKind } from '../schema/field-type.ts';
import { parseJson } from '../json.ts';
import { QuantityError, canonicalQuantity } from '../quantity.ts';
import {
  TimeError,
  formatDuration,
  formatMicroTime,
  formatTime,
  isZeroTime,
  parseDuration,
  parseMicroTime,
  timeSeconds,
} from '../time.ts';
import { CodecError } from './codec-error.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** Writes the contents of a special message (without its length) from its JSON value, or null for Go's zero. */
export type SpecialEncoder = (writer: WireWriter, value: unknown) => void;

/** Reads the contents up to `end` into the JSON value, as Go prints it. */
export type SpecialDecoder = (reader: WireReader, end: number) => unknown;

/** What the `schemaOr…` kinds need of the message inside of them. */
export interface InnerCodec {
  encode(writer: WireWriter, value: unknown): void;
  decode(reader: WireReader, end: number): unknown;
}

const fields12: ReadonlySet<number> = new Set([1, 2]);
const fields123: ReadonlySet<number> = new Set([1, 2, 3]);
const field1: ReadonlySet<number> = new Set([1]);

/** Tags: number << 3 | wire type. */
const varint1 = 0x08;
const varint2 = 0x10;
const bytes1 = 0x0a;
const bytes2 = 0x12;
const bytes3 = 0x1a;

function unfit(type: string, value: unknown): CodecError {
  return new CodecError('badValue', `${JSON.stringify(value)?.slice(0, 100)} is no ${type}`);
}

/** Turns the domain's errors into ours. */
function checked<T>(type: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof QuantityError || error instanceof TimeError) {
      throw new CodecError('badValue', `${type}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function encodeInstant(writer: WireWriter, seconds: number, nanos: number): void {
  writer.integer(nanos);
  writer.byte(varint2);
  writer.integer(seconds);
  writer.byte(varint1);
}

function decodeInstant(reader: WireReader, end: number): { seconds: number; nanos: number } {
  let seconds = 0;
  let nanos = 0;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === varint1) seconds = Number(reader.int64(end));
    else if (tag === varint2) nanos = reader.int32(end);
    else reader.skip(tag, end, fields12);
  }
  return { seconds, nanos };
}

function encodeTime(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'string') throw unfit('time', value);
  const seconds = checked('time', () => timeSeconds(value));
  if (!isZeroTime({ seconds, nanos: 0 })) encodeInstant(writer, seconds, 0);
}

function decodeTime(reader: WireReader, end: number): unknown {
  if (reader.pos === end) return null;
  const { seconds } = decodeInstant(reader, end);
  return isZeroTime({ seconds, nanos: 0 }) ? null : checkedFormat(() => formatTime(seconds));
}

function encodeMicroTime(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'string') throw unfit('time', value);
  const instant = checked('time', () => parseMicroTime(value));
  if (!isZeroTime(instant)) encodeInstant(writer, instant.seconds, instant.nanos);
}

function decodeMicroTime(reader: WireReader, end: number): unknown {
  if (reader.pos === end) return null;
  const instant = decodeInstant(reader, end);
  if (instant.nanos < 0 || instant.nanos > 999_999_999) {
    throw new CodecError('malformed', `nanoseconds out of range: ${instant.nanos}`);
  }
  return isZeroTime(instant) ? null : checkedFormat(() => formatMicroTime(instant));
}

/** A stored moment that RFC 3339 can't write is a fault of the bytes. */
function checkedFormat(format: () => string): string {
  try {
    return format();
  } catch (error) {
    throw new CodecError('malformed', error instanceof Error ? error.message : String(error));
  }
}

function encodeDuration(writer: WireWriter, value: unknown): void {
  if (value !== null && value !== undefined && typeof value !== 'string') throw unfit('duration', value);
  const nanoseconds = typeof value === 'string' ? checked('duration', () => parseDuration(value)) : 0n;
  writer.integer(nanoseconds);
  writer.byte(varint1);
}

function decodeDuration(reader: WireReader, end: number): unknown {
  let nanoseconds = 0n;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === varint1) nanoseconds = BigInt(reader.int64(end));
    else reader.skip(tag, end, field1);
  }
  return formatDuration(nanoseconds);
}

function encodeQuantity(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) writer.string('0');
  else if (typeof value === 'string') writer.string(checked('quantity', () => canonicalQuantity(value)));
  // Go takes a number as the text that it is written as.
  else if (typeof value === 'number') writer.string(checked('quantity', () => canonicalQuantity(`${value}`)));
  else throw unfit('quantity', value);
  writer.byte(bytes1);
}

function decodeQuantity(reader: WireReader, end: number): unknown {
  let text: string | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === bytes1) text = reader.string(end);
    else reader.skip(tag, end, field1);
  }
  if (text === undefined) return '0';
  try {
    return canonicalQuantity(text);
  } catch (error) {
    throw new CodecError('malformed', `quantity: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function encodeIntOrString(writer: WireWriter, value: unknown): void {
  const isText = typeof value === 'string';
  const number = isText || value === null || value === undefined ? 0 : value;
  if (typeof number !== 'number' || (number | 0) !== number) throw unfit('int32 or string', value);
  writer.string(isText ? value : '');
  writer.byte(bytes3);
  writer.integer(number);
  writer.byte(varint2);
  writer.byte(isText ? 1 : 0);
  writer.byte(varint1);
}

function decodeIntOrString(reader: WireReader, end: number): unknown {
  let type: number | bigint = 0;
  let number = 0;
  let text = '';
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === varint1) type = reader.int64(end);
    else if (tag === varint2) number = reader.int32(end);
    else if (tag === bytes3) text = reader.string(end);
    else reader.skip(tag, end, fields123);
  }
  if (type === 0) return number;
  if (type === 1) return text;
  throw new CodecError('malformed', `impossible IntOrString.Type ${type}`);
}

/** Any JSON value as its text. Bytes are taken as they are: an object that is encoded already. */
function encodeJson(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) return;
  if (value instanceof Uint8Array) {
    writer.bytes(value);
  } else {
    const text = JSON.stringify(value);
    if (text === undefined) throw unfit('JSON value', typeof value);
    writer.string(text);
  }
  writer.byte(bytes1);
}

/** Bytes that aren't JSON (an object that is encoded in protobuf) come out as a Buffer. */
function decodeJson(reader: WireReader, end: number): unknown {
  let raw: Buffer | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === bytes1) raw = reader.bytes(end);
    else reader.skip(tag, end, field1);
  }
  if (raw === undefined || raw.length === 0) return null;
  if (raw[0] === 0x6b && raw.subarray(0, 4).equals(Buffer.from('k8s\0'))) return Buffer.from(raw);
  try {
    return parseJson(raw.toString('utf8'));
  } catch (error) {
    throw new CodecError('malformed', 'embedded JSON that does not parse', { cause: error });
  }
}

function writeMessage(writer: WireWriter, inner: InnerCodec, value: unknown, tag: number): void {
  const start = writer.written();
  inner.encode(writer, value);
  writer.length(start);
  writer.byte(tag);
}

function readMessage(reader: WireReader, end: number, inner: InnerCodec): unknown {
  const value = inner.decode(reader, reader.enter(end));
  reader.depth--;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Wire {1: allows, 2: schema}; JSON true, false, or a schema (which allows). */
function schemaOrBool(inner: InnerCodec): { encode: SpecialEncoder; decode: SpecialDecoder } {
  return {
    encode(writer, value) {
      if (isObject(value)) writeMessage(writer, inner, value, bytes2);
      else if (value !== null && value !== undefined && typeof value !== 'boolean') {
        throw unfit('boolean or JSON schema', value);
      }
      writer.byte(value === true || isObject(value) ? 1 : 0);
      writer.byte(varint1);
    },
    decode(reader, end) {
      let allows = false;
      let schema: unknown;
      while (reader.pos < end) {
        const tag = reader.uint32(end);
        if (tag === varint1) allows = reader.bool(end);
        else if (tag === bytes2) schema = readMessage(reader, end, inner);
        else reader.skip(tag, end, fields12);
      }
      return schema ?? allows;
    },
  };
}

/** Wire {1: schema, 2: list}; JSON a schema, or a list of what `list` reads and writes. */
function schemaOrList(
  inner: InnerCodec,
  list: { write(writer: WireWriter, value: unknown): void; read(reader: WireReader, end: number): unknown },
): { encode: SpecialEncoder; decode: SpecialDecoder } {
  return {
    encode(writer, value) {
      if (Array.isArray(value)) {
        for (let index = value.length - 1; index >= 0; index--) list.write(writer, value[index]);
      } else if (isObject(value)) {
        writeMessage(writer, inner, value, bytes1);
      } else if (value !== null && value !== undefined) {
        throw unfit('JSON schema or list', value);
      }
    },
    decode(reader, end) {
      const items: unknown[] = [];
      let schema: unknown = null;
      while (reader.pos < end) {
        const tag = reader.uint32(end);
        if (tag === bytes1) schema = readMessage(reader, end, inner);
        else if (tag === bytes2) items.push(list.read(reader, end));
        else reader.skip(tag, end, fields12);
      }
      return items.length > 0 ? items : schema;
    },
  };
}

function writeText(writer: WireWriter, value: unknown): void {
  if (typeof value !== 'string') throw unfit('string', value);
  writer.string(value);
  writer.byte(bytes2);
}

/** The encoder and decoder of a special kind; `inner` is the codec of JSONSchemaProps, asked for when needed. */
export function specialCodec(
  kind: SpecialKind,
  inner: InnerCodec,
): { encode: SpecialEncoder; decode: SpecialDecoder } {
  switch (kind) {
    case 'time':
      return { encode: encodeTime, decode: decodeTime };
    case 'microTime':
      return { encode: encodeMicroTime, decode: decodeMicroTime };
    case 'duration':
      return { encode: encodeDuration, decode: decodeDuration };
    case 'quantity':
      return { encode: encodeQuantity, decode: decodeQuantity };
    case 'intOrString':
      return { encode: encodeIntOrString, decode: decodeIntOrString };
    case 'fieldsV1':
    case 'rawExtension':
    case 'json':
      return { encode: encodeJson, decode: decodeJson };
    case 'schemaOrBool':
      return schemaOrBool(inner);
    case 'schemaOrArray':
      return schemaOrList(inner, {
        write: (writer, value) => writeMessage(writer, inner, value, bytes2),
        read: (reader, end) => readMessage(reader, end, inner),
      });
    case 'schemaOrStringArray':
      return schemaOrList(inner, { write: writeText, read: (reader, end) => reader.string(end) });
  }
}
