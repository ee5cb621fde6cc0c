import { Buffer } from 'node:buffer';
import { decodeMessage, encodeMessage } from '../codec/codec.ts';
import { requireMessage } from '../schema/schema.ts';
import type { MessageSchema } from '../schema/schema.ts';
import { encodeLossless, jsonNames } from './encode-lossless.ts';
import { formerFieldsOf } from './former-fields.ts';
import { nullMeansAbsent } from './value-field.ts';
import { visitMessages } from './visit-messages.ts';
import type { Located } from './visit-messages.ts';
import { formatNotes, mergeInline, wireKey } from './wire-note.ts';
import type { WireNote } from './wire-note.ts';
import { groupRecords, sameRecords, splitRecords } from './wire-record.ts';
import type { WireRecord } from './wire-record.ts';

type JsonObject = Record<string, unknown>;
type Groups = ReadonlyMap<number, readonly WireRecord[]>;

function pick(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(object, name)).map((name) => [name, object[name]]),
  );
}

/** The object again, its fields in the same order, with the lossless forms in the messages below. */
function annotateFields(schema: MessageSchema, plain: JsonObject, groups: Groups): JsonObject {
  const object: JsonObject = {};
  for (const field of schema.fields) {
    const records = groups.get(field.number) ?? [];
    if (field.inline) {
      const value = pick(plain, jsonNames(field));
      const inner = visitMessages(field.type, { value, records }, annotate).value as JsonObject;
      mergeInline(object, field.goName, inner);
    } else if (records.length === 0 && nullMeansAbsent(field)) {
      object[field.json] = null;
    } else if (Object.hasOwn(plain, field.json)) {
      object[field.json] = visitMessages(field.type, { value: plain[field.json], records }, annotate).value;
    }
  }
  for (const [number, json] of formerFieldsOf(schema.name)) {
    const [record, ...more] = groups.get(number) ?? [];
    if (record === undefined || record.wireType !== 2 || more.length > 0) continue;
    const text = record.bytes.toString('utf8');
    if (Buffer.from(text).equals(record.bytes)) object[json] = text;
  }
  return object;
}

/** Takes the forms out of fields that are noted as a whole: notes say it all. */
function restorePlain(
  schema: MessageSchema,
  object: JsonObject,
  plain: JsonObject,
  noted: ReadonlySet<number>,
): void {
  for (const field of schema.fields.filter(({ number }) => noted.has(number))) {
    for (const name of jsonNames(field)) {
      if (Object.hasOwn(plain, name)) object[name] = plain[name];
      else delete object[name];
    }
    if (!field.inline) continue;
    const key = `${wireKey}/${field.goName}`;
    for (const name of Object.keys(object))
      if (name === key || name.startsWith(`${key}/`)) delete object[name];
  }
  for (const [number, json] of formerFieldsOf(schema.name)) if (noted.has(number)) delete object[json];
}

/** Notes what is left between the bytes and what the encoder makes of the object. */
function addNotes(schema: MessageSchema, object: JsonObject, plain: JsonObject, records: WireRecord[]): void {
  const groups = groupRecords(records);
  const written = groupRecords(splitRecords(encodeLossless(schema.name, object)));
  const inOrder = records.every(
    ({ field }, index) => index === 0 || (records[index - 1]?.field ?? 0) <= field,
  );
  const noted = new Set(
    [...new Set([...groups.keys(), ...written.keys()])].filter(
      // The order of notes is kept: where it matters, every field has them.
      (field) => !inOrder || !sameRecords(groups.get(field) ?? [], written.get(field) ?? []),
    ),
  );
  if (noted.size === 0) return;
  restorePlain(schema, object, plain, noted);
  const absent = [...noted].filter((field) => !groups.has(field));
  const notes: WireNote[] = records.filter(({ field }) => noted.has(field));
  object[wireKey] = formatNotes([...notes, ...absent.map((field) => ({ field, absent: true as const }))]);
}

/** Gives a decoded message the lossless forms that it needs, if any. */
function annotate(message: string, { value, bytes }: Located): Located {
  if (encodeMessage(message, value).equals(bytes)) return { value, bytes };
  const schema = requireMessage(message);
  const plain = value as JsonObject;
  const records = splitRecords(bytes);
  const object = annotateFields(schema, plain, groupRecords(records));
  addNotes(schema, object, plain, records);
  return { value: object, bytes };
}

/**
 * Like `decodeMessage`, and keeps what would get lost when the object is encoded by 1.36: value fields that
 * aren't on the wire are null (which Go reads as zero), former fields stand under their names, and for
 * everything else there are notes (see `wire-note.ts`). `encodeLossless` then gives the same bytes, but for
 * tags and lengths that were longer than they need to be.
 *
 * @throws CodecError
 */
export function decodeLossless(message: string, bytes: Uint8Array): unknown {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return annotate(message, { value: decodeMessage(message, buffer), bytes: buffer }).value;
}
