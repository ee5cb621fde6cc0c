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

const pieceBytes = 16 * 1024;
let piece: Buffer = Buffer.alloc(0);
let pieceAt = 0;

/**
 * The bytes of a key, for what is kept for a while: beside those of the keys before and after it, which are
 * given up at about the same time, and not in memory that answers and messages share.
 */
export function keptKeyBytes(key: KeyString): Uint8Array {
  const own = key.length * 8 > pieceBytes;
  if (!own && pieceAt + key.length > piece.length) {
    piece = Buffer.allocUnsafeSlow(pieceBytes);
    pieceAt = 0;
  }
  const start = own ? 0 : pieceAt;
  const bytes = (own ? Buffer.allocUnsafeSlow(key.length) : piece).subarray(start, start + key.length);
  bytes.write(key, 'latin1');
  if (!own) pieceAt += key.length;
  return bytes;
}

/**
 * What etcd means by `key` and `range_end` (etcd: `rpc.proto`, RangeRequest): no end, the one key; an end of
 * one zero byte, everything from `key` on; otherwise the half-open interval, empty if the end is not above
 * the key.
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
