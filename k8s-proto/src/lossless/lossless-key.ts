import { formerFieldsOf } from './former-fields.ts';
import { wireKeysOf } from './wire-note.ts';

const keys = new Map<string, ReadonlySet<string>>();

/**
 * Whether a message's JSON object may have a key that names no field: a former field, or notes on the wire.
 */
export function isLosslessKey(message: string, key: string): boolean {
  let known = keys.get(message);
  if (known === undefined) {
    known = new Set([...formerFieldsOf(message).map(([, json]) => json), ...wireKeysOf(message)]);
    keys.set(message, known);
  }
  return known.has(key);
}
