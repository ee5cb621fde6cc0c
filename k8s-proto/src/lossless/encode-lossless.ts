import { Buffer } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { decodeMessage, encodeMessage } from '../codec/codec.ts';
import { requireMessage } from '../schema/schema.ts';
import type { FieldSchema, MessageSchema } from '../schema/schema.ts';
import { formerFieldsOf } from './former-fields.ts';
import { nullMeansAbsent } from './value-field.ts';
import { visitMessages } from './visit-messages.ts';
import type { Located } from './visit-messages.ts';
import { inlineView, parseNotes, wireKey } from './wire-note.ts';
import type { WireNote } from './wire-note.ts';
import { groupRecords, joinRecords, splitRecords } from './wire-record.ts';
import type { WireRecord } from './wire-record.ts';

type JsonObject = Record<string, unknown>;

/** The names that a field has in the JSON object of its message. */
export function jsonNames(field: FieldSchema): readonly string[] {
  if (field.inline && field.type.kind === 'message')
    return [...requireMessage(field.type.name).byJson.keys()];
  return [field.json];
}

/** Whether the notes of a field, decoded, are the values that the object has. */
function holds(
  schema: MessageSchema,
  object: JsonObject,
  field: FieldSchema,
  notes: readonly WireNote[],
): boolean {
  const records = notes.filter((note): note is WireRecord => !('absent' in note));
  const decoded = decodeMessage(schema.name, joinRecords(records)) as JsonObject;
  return jsonNames(field).every((name) => isDeepStrictEqual(decoded[name], object[name]));
}

/** Puts the noted records between the others: before the first that has a higher number. */
function mergeNotes(schema: MessageSchema, object: JsonObject, records: readonly WireRecord[]): WireRecord[] {
  const notes = parseNotes(object[wireKey]);
  const edited = new Set<number>();
  const noted = new Set<number>();
  for (const field of schema.fields) {
    const own = notes.filter((note) => note.field === field.number);
    if (own.length === 0) continue;
    (holds(schema, object, field, own) ? noted : edited).add(field.number);
  }
  const rest = records.filter(({ field }) => !noted.has(field));
  const merged: WireRecord[] = [];
  for (const note of notes) {
    if ('absent' in note || edited.has(note.field)) continue;
    const higher = rest.findIndex(({ field }) => field > note.field);
    merged.push(...rest.splice(0, higher === -1 ? rest.length : higher), note);
  }
  return [...merged, ...rest];
}

function fieldRecords(
  field: FieldSchema,
  object: JsonObject,
  records: readonly WireRecord[],
): readonly WireRecord[] {
  if (field.inline) {
    const value = inlineView(object, field.goName);
    return visitMessages(field.type, { value, records }, applyForms).records;
  }
  const value = object[field.json];
  if (value === null && nullMeansAbsent(field)) return [];
  return visitMessages(field.type, { value, records }, applyForms).records;
}

/** Changes a message, as the encoder wrote it, to what the lossless forms in its JSON object say. */
function applyForms(message: string, { value, bytes }: Located): Located {
  const schema = requireMessage(message);
  const object = (value ?? {}) as JsonObject;
  const groups = groupRecords(splitRecords(bytes));
  const records = schema.fields.flatMap((field) =>
    fieldRecords(field, object, groups.get(field.number) ?? []),
  );
  for (const [field, json] of formerFieldsOf(message)) {
    const text = object[json];
    if (typeof text === 'string') records.push({ field, wireType: 2, bytes: Buffer.from(text) });
  }
  records.sort((a, b) => a.field - b.field);
  const merged = object[wireKey] === undefined ? records : mergeNotes(schema, object, records);
  return { value, bytes: joinRecords(merged) };
}

/**
 * Like `encodeMessage`, and does what the lossless forms say: null leaves a value field off the wire (see
 * `nullMeansAbsent`), former fields are written, and notes under `pg8s.io/wire` are followed.
 *
 * @throws CodecError
 */
export function encodeLossless(message: string, object: unknown): Buffer {
  return applyForms(message, { value: object, bytes: encodeMessage(message, object) }).bytes;
}
