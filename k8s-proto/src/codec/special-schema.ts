import type { MessageCodec } from './message-codec.ts';
import { fieldSets, tags, unfit } from './special-codec.ts';
import type { SpecialCodec } from './special-codec.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

function writeMessage(writer: WireWriter, inner: MessageCodec, value: unknown, tag: number): void {
  const start = writer.written();
  inner.encode(writer, value);
  writer.length(start);
  writer.byte(tag);
}

function readMessage(reader: WireReader, end: number, inner: MessageCodec): unknown {
  const value = inner.decode(reader, reader.enter(end));
  reader.depth--;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Wire {1: allows, 2: schema}; JSON true, false, or a schema (which allows). */
export function schemaOrBool(inner: MessageCodec): SpecialCodec {
  return {
    encode(writer, value) {
      if (isObject(value)) writeMessage(writer, inner, value, tags.bytes2);
      else if (value !== null && value !== undefined && typeof value !== 'boolean') {
        throw unfit('boolean or JSON schema', value);
      }
      writer.byte(value === true || isObject(value) ? 1 : 0);
      writer.byte(tags.varint1);
    },
    decode(reader, end) {
      let allows = false;
      let schema: unknown;
      while (reader.pos < end) {
        const tag = reader.uint32(end);
        if (tag === tags.varint1) allows = reader.bool(end);
        else if (tag === tags.bytes2) schema = readMessage(reader, end, inner);
        else reader.skip(tag, end, fieldSets.two);
      }
      return schema ?? allows;
    },
  };
}

/** Wire {1: schema, 2: list}; JSON a schema, or a list of what `list` reads and writes. */
function schemaOrList(
  inner: MessageCodec,
  list: { write(writer: WireWriter, value: unknown): void; read(reader: WireReader, end: number): unknown },
): SpecialCodec {
  return {
    encode(writer, value) {
      if (Array.isArray(value)) {
        for (let index = value.length - 1; index >= 0; index--) list.write(writer, value[index]);
      } else if (isObject(value)) {
        writeMessage(writer, inner, value, tags.bytes1);
      } else if (value !== null && value !== undefined) {
        throw unfit('JSON schema or list', value);
      }
    },
    decode(reader, end) {
      const items: unknown[] = [];
      let schema: unknown = null;
      while (reader.pos < end) {
        const tag = reader.uint32(end);
        if (tag === tags.bytes1) schema = readMessage(reader, end, inner);
        else if (tag === tags.bytes2) items.push(list.read(reader, end));
        else reader.skip(tag, end, fieldSets.two);
      }
      return items.length > 0 ? items : schema;
    },
  };
}

function writeText(writer: WireWriter, value: unknown): void {
  if (typeof value !== 'string') throw unfit('string', value);
  writer.string(value);
  writer.byte(tags.bytes2);
}

/** Wire {1: schema, 2: repeated schema}. */
export function schemaOrArray(inner: MessageCodec): SpecialCodec {
  return schemaOrList(inner, {
    write: (writer, value) => writeMessage(writer, inner, value, tags.bytes2),
    read: (reader, end) => readMessage(reader, end, inner),
  });
}

/** Wire {1: schema, 2: repeated string}. */
export function schemaOrStringArray(inner: MessageCodec): SpecialCodec {
  return schemaOrList(inner, { write: writeText, read: (reader, end) => reader.string(end) });
}
