/**
 * A key in the index: its bytes as a latin1 string, one char per byte, so that `<` on strings compares bytes.
 */
export type KeyString = string;

/** Greater than every `KeyString`, whose chars end at U+00FF. */
export const afterAllKeys: KeyString = '\uffff';

/** The keys `low <= key < high`, or `low` alone when `single`. */
export interface KeyRange {
  readonly low: KeyString;
  readonly high: KeyString;
  readonly single: boolean;
}

/** The string for key bytes. */
export function toKeyString(bytes: Uint8Array): KeyString {
  return bytes instanceof Buffer
    ? bytes.toString('latin1')
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a key, for an answer: cut out of a piece of memory that many share, which is quick. */
export function toKeyBytes(key: KeyString): Uint8Array {
  return Buffer.from(key, 'latin1');
}

/** The bytes of a key in memory of their own, for what is kept: one kept key would keep 64 KiB of the shared memory. */
export function keptKeyBytes(key: KeyString): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(key.length);
  bytes.write(key, 'latin1');
  return bytes;
}

/**
 * What etcd means by `key` and `range_end` (etcd: `rpc.proto`, RangeRequest): no end, the one key; an end of one
 * zero byte, everything from `key` on; otherwise the half-open interval, empty if the end is not above the key.
 */
export function toKeyRange(key: Uint8Array, rangeEnd?: Uint8Array): KeyRange {
  const low = toKeyString(key);
  if (rangeEnd === undefined || rangeEnd.length === 0) return { low, high: `${low}\0`, single: true };
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return { low, high: afterAllKeys, single: false };
  return { low, high: toKeyString(rangeEnd), single: false };
}

/** Whether `key` lies in `range`. */
export function rangeContains(range: KeyRange, key: KeyString): boolean {
  return range.single ? key === range.low : key >= range.low && key < range.high;
}
