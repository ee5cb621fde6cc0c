/**
 * What JSON can't say of a message's bytes stands in the message's JSON object under a key that no field has,
 * and that no map can hold in its place, since maps of the API hold values and not fields:
 *
 *     "pg8s.io/wire": [
 *       { "field": 99, "wireType": 2, "bytes": "aGVsbG8=" },  not a field of 1.36; bytes in base64
 *       { "field": 3, "wireType": 2, "bytes": "CgQxMDAw" },   a field whose bytes we would write otherwise
 *       { "field": 8, "absent": true }                        a field that we would write, and is absent
 *     ]
 *
 * A known field's notes hold only while its value is the one that was decoded: an edit of the value takes
 * effect. The notes of an inline message, which has no JSON object of its own, are in its parent's, as
 * `pg8s.io/wire/VolumeSource`.
 */
import { stringifyJson } from '../json.ts';
import { Buffer } from 'node:buffer';
import { CodecError } from '../codec/codec-error.ts';
import { requireMessage } from '../schema/schema.ts';
import { fitsWireType } from './wire-record.ts';
import type { WireRecord } from './wire-record.ts';

/** See above. */
export const wireKey = 'pg8s.io/wire';

/** A note, read: a record as it stood in the message, or that the field had none. */
export type WireNote = WireRecord | { readonly field: number; readonly absent: true };

type JsonObject = Record<string, unknown>;

/** The keys of notes that a message's JSON object may have: its own, and those of inline messages. */
export function wireKeysOf(message: string): string[] {
  const inline = requireMessage(message).fields.flatMap((field) =>
    field.inline && field.type.kind === 'message'
      ? wireKeysOf(field.type.name).map((key) => outerKey(field.goName, key))
      : [],
  );
  return [wireKey, ...inline];
}

function outerKey(goName: string, key: string): string {
  return `${wireKey}/${goName}${key.slice(wireKey.length)}`;
}

/**
 * The JSON object of a message, as its inline field `goName` sees it: with the notes that are meant for it.
 */
export function inlineView(object: JsonObject, goName: string): JsonObject {
  const view: JsonObject = {};
  const prefix = `${wireKey}/${goName}`;
  for (const [key, value] of Object.entries(object)) {
    if (!key.startsWith(wireKey)) view[key] = value;
    else if (key === prefix || key.startsWith(`${prefix}/`)) view[wireKey + key.slice(prefix.length)] = value;
  }
  return view;
}

/** The inverse: puts what an inline message has into its parent's JSON object. */
export function mergeInline(object: JsonObject, goName: string, inner: JsonObject): void {
  for (const [key, value] of Object.entries(inner)) {
    object[key.startsWith(wireKey) ? outerKey(goName, key) : key] = value;
  }
}

/** Notes as JSON has them. */
export function formatNotes(notes: readonly WireNote[]): JsonObject[] {
  return notes.map((note) =>
    'absent' in note
      ? { field: note.field, absent: true }
      : { field: note.field, wireType: note.wireType, bytes: note.bytes.toString('base64') },
  );
}

/** Reads notes. @throws CodecError */
export function parseNotes(value: unknown): WireNote[] {
  if (!Array.isArray(value)) throw new CodecError('badValue', `"${wireKey}" is no list`);
  return value.map((item: unknown) => parseNote(item));
}

function parseNote(item: unknown): WireNote {
  const { field, absent, wireType, bytes } = (item ?? {}) as JsonObject;
  if (typeof field === 'number' && Number.isInteger(field) && field > 0 && field < 2 ** 29) {
    if (absent === true) return { field, absent };
    if (typeof wireType === 'number' && typeof bytes === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(bytes)) {
      const decoded = Buffer.from(bytes, 'base64');
      if (fitsWireType(wireType, decoded)) return { field, wireType, bytes: decoded };
    }
  }
  throw new CodecError('badValue', `${stringifyJson(item)?.slice(0, 100)} in "${wireKey}" is no field`);
}
