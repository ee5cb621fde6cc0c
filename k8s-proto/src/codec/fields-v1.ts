import { parseJson, stringifyJson } from '../json.ts';
import { decodeJson, encodeJson } from './embedded-json.ts';
import type { SpecialCodec } from './special-codec.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** Longer sets are rare, and are not kept. */
const maxTextLength = 16 * 1024;
/** Of the texts of one generation together; the objects take about five times as much. */
const maxGenerationLength = 1024 * 1024;

/** What was decoded lately, by its text, and what was decoded before and has not been since. */
let young = new Map<string, object>();
let old = new Map<string, object>();
let youngLength = 0;
/** The texts of shared sets, as they are encoded. */
const texts = new WeakMap<object, string>();

/**
 * Whether a value is a set of fields that was decoded: frozen, and shared by all objects that have the same.
 */
export function isSharedFieldsV1(value: object): boolean {
  return Object.isFrozen(value) && texts.has(value);
}

/**
 * `metadata.managedFields[].fieldsV1`, JSON in protobuf. Objects that come from one controller have the same
 * sets, and these are a third of a Pod: each is parsed once and shared, and what is shared is encoded by its
 * text.
 */
export const fieldsV1Codec: SpecialCodec = {
  encode(writer: WireWriter, value: unknown): void {
    const text = typeof value === 'object' && value !== null ? texts.get(value) : undefined;
    encodeJson(writer, value, text);
  },
  decode: (reader: WireReader, end: number): unknown => decodeJson(reader, end, parse),
};

function parse(text: string): unknown {
  if (text.length > maxTextLength) return parseJson(text);
  const known = young.get(text) ?? old.get(text);
  if (known !== undefined) {
    if (!young.has(text)) keep(text, known);
    return known;
  }
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return value;
  freeze(value);
  texts.set(value, stringifyJson(value));
  keep(text, value);
  return value;
}

function keep(text: string, value: object): void {
  if (youngLength > maxGenerationLength) {
    old = young;
    young = new Map();
    youngLength = 0;
  }
  young.set(text, value);
  youngLength += text.length;
}

/** No deeper than its text is long. */
function freeze(value: object): void {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  Object.freeze(value);
}
