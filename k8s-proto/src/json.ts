/**
 * JSON without loss for 64-bit integers: those beyond 2^53 are bigints in our objects, and plain digits in
 * JSON text. `JSON.stringify` throws on a bigint, so whatever may hold one is written by `stringifyJson`. The
 * prototype of BigInt is left alone: it belongs to the program that pg8s runs in.
 */

import { readJson } from './json-reader.ts';

interface RawJson {
  rawJSON(text: string): unknown;
}

const longInteger = /[0-9]{16}/;

/**
 * `JSON.parse`, except that integers beyond 2^53 (and not beyond 64 bits) become bigints. @throws
 * SyntaxError, JsonSyntaxError
 */
export function parseJson(text: string): unknown {
  return longInteger.test(text) ? readJson(text, { exactNumbers: false }) : JSON.parse(text);
}

/**
 * `JSON.stringify`, except that bigints are written as digits. Undefined for what JSON cannot hold
 * (`undefined`, functions), as there. `indent`: spaces a level; undefined: one line.
 */
export function stringifyJson(value: object, indent?: number): string;
export function stringifyJson(value: unknown, indent?: number): string | undefined;
export function stringifyJson(value: unknown, indent?: number): string | undefined {
  // A replacer makes it several times slower, and few objects hold a bigint: they are found by the error.
  if (!('toJSON' in BigInt.prototype)) {
    try {
      return JSON.stringify(value, undefined, indent);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return JSON.stringify(value, digitsOfBigint, indent);
}

/**
 * Reads from the holder: the program that pg8s runs in may have given BigInt a `toJSON`, which was called by
 * then.
 */
function digitsOfBigint(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  return typeof original === 'bigint' ? (JSON as unknown as RawJson).rawJSON(original.toString()) : value;
}
