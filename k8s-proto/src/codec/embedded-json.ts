import { Buffer } from 'node:buffer';
import { stringifyJson } from '../json.ts';
import { CodecError } from './codec-error.ts';
import { fieldSets, tags, unfit } from './special-codec.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

const envelopeMagic = Buffer.from('k8s\0');

/**
 * Any JSON value as its text, which may be given. Bytes are taken as they are: an object that is encoded
 * already.
 */
export function encodeJson(writer: WireWriter, value: unknown, givenText?: string): void {
  if (value === null || value === undefined) return;
  if (value instanceof Uint8Array) {
    writer.bytes(value);
  } else {
    const text = givenText ?? stringifyJson(value);
    if (text === undefined) throw unfit('JSON value', typeof value);
    writer.string(text);
  }
  writer.byte(tags.bytes1);
}

/** Bytes that aren't JSON (an object that is encoded in protobuf) come out as a Buffer. */
export function decodeJson(reader: WireReader, end: number, parse: (text: string) => unknown): unknown {
  let raw: Buffer | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === tags.bytes1) raw = reader.bytes(end);
    else reader.skip(tag, end, fieldSets.one);
  }
  if (raw === undefined || raw.length === 0) return null;
  if (raw[0] === envelopeMagic[0] && raw.subarray(0, envelopeMagic.length).equals(envelopeMagic)) {
    return Buffer.from(raw);
  }
  try {
    return parse(raw.toString('utf8'));
  } catch (error) {
    throw new CodecError('malformed', 'embedded JSON that does not parse', { cause: error });
  }
}
