/**
 * JSON without loss for 64-bit integers: those beyond 2^53 are bigints in our objects, and stand as plain digits in
 * JSON text. Importing this module teaches `JSON.stringify` so, wherever it is called.
 */

import { readJson } from './json-reader.ts';

interface RawJson {
  rawJSON(text: string): unknown;
}

// Objects reach JSON.stringify in many places; one that throws on a legal int64 would take a whole list down.
// oxlint-disable-next-line no-extend-native
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint) {
    return (JSON as unknown as RawJson).rawJSON(this.toString());
  },
  configurable: true,
  writable: true,
});

const longInteger = /[0-9]{16}/;

/** `JSON.parse`, except that integers beyond 2^53 (and not beyond 64 bits) become bigints. @throws SyntaxError, JsonSyntaxError */
export function parseJson(text: string): unknown {
  return longInteger.test(text) ? readJson(text, { exactNumbers: false }) : JSON.parse(text);
}
