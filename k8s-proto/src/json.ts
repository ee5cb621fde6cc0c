/**
 * JSON without loss for 64-bit integers: those beyond 2^53 are bigints in our objects, and stand as plain digits in
 * JSON text. Importing this module teaches `JSON.stringify` so, wherever it is called.
 */

interface RawJson {
  rawJSON(text: string): unknown;
}

type SourceReviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

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

const keepLongIntegers: SourceReviver = (_key, value, { source }) =>
  typeof value === 'number' &&
  !Number.isSafeInteger(value) &&
  source !== undefined &&
  /^-?[0-9]+$/.test(source)
    ? BigInt(source)
    : value;

/** `JSON.parse`, except that integers beyond 2^53 become bigints. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return longInteger.test(text)
    ? JSON.parse(text, keepLongIntegers as (this: unknown, key: string, value: unknown) => unknown)
    : JSON.parse(text);
}
