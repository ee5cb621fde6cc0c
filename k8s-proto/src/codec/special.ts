import { parseJson } from '../json.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { SpecialKind } from '../schema/field-type.ts';
import { CodecError } from './codec-error.ts';
import { decodeJson, encodeJson } from './embedded-json.ts';
import { fieldsV1Codec } from './fields-v1.ts';
import type { MessageCodec } from './message-codec.ts';
import { checked, fieldSets, tags, unfit } from './special-codec.ts';
import type { SpecialCodec } from './special-codec.ts';
import { schemaOrArray, schemaOrBool, schemaOrStringArray } from './special-schema.ts';
import { durationCodec, microTimeCodec, timeCodec } from './special-time.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

function encodeQuantity(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) writer.string('0');
  else if (typeof value === 'string') writer.string(checked('quantity', () => canonicalQuantity(value)));
  // Go takes a number as the text that it is written as.
  else if (typeof value === 'number') writer.string(checked('quantity', () => canonicalQuantity(`${value}`)));
  else throw unfit('quantity', value);
  writer.byte(tags.bytes1);
}

function decodeQuantity(reader: WireReader, end: number): unknown {
  let text: string | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === tags.bytes1) text = reader.string(end);
    else reader.skip(tag, end, fieldSets.one);
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
  writer.byte(tags.bytes3);
  writer.integer(number);
  writer.byte(tags.varint2);
  writer.byte(isText ? 1 : 0);
  writer.byte(tags.varint1);
}

function decodeIntOrString(reader: WireReader, end: number): unknown {
  let type: number | bigint = 0;
  let number = 0;
  let text = '';
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === tags.varint1) type = reader.int64(end);
    else if (tag === tags.varint2) number = reader.int32(end);
    else if (tag === tags.bytes3) text = reader.string(end);
    else reader.skip(tag, end, fieldSets.three);
  }
  if (type === 0) return number;
  if (type === 1) return text;
  throw new CodecError('malformed', `impossible IntOrString.Type ${type}`);
}

/** The codec of a special kind; `inner` is that of JSONSchemaProps. */
export function specialCodec(kind: SpecialKind, inner: MessageCodec): SpecialCodec {
  switch (kind) {
    case 'time':
      return timeCodec;
    case 'microTime':
      return microTimeCodec;
    case 'duration':
      return durationCodec;
    case 'quantity':
      return { encode: encodeQuantity, decode: decodeQuantity };
    case 'intOrString':
      return { encode: encodeIntOrString, decode: decodeIntOrString };
    case 'fieldsV1':
      return fieldsV1Codec;
    case 'rawExtension':
    case 'json':
      return {
        encode: (writer, value) => encodeJson(writer, value),
        decode: (reader, end) => decodeJson(reader, end, parseJson),
      };
    case 'schemaOrBool':
      return schemaOrBool(inner);
    case 'schemaOrArray':
      return schemaOrArray(inner);
    case 'schemaOrStringArray':
      return schemaOrStringArray(inner);
  }
}
