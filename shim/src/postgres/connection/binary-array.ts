/**
 * PostgreSQL's binary format of one-dimensional arrays (postgres: `array_recv`). The driver would write
 * arrays of bytes as quoted hexadecimal text, which takes twice the room and most of the time of a commit.
 *
 *     int32 dimensions = 1 | int32 has nulls | int32 element type | int32 length | int32 lower bound = 1
 *     per element: int32 byte length, -1 for NULL | bytes
 */
const headerBytes = 20;

const boolType = 16;
const byteaType = 17;
const int8Type = 20;
const int4Type = 23;

/** An `int8[]` of numbers or bigints. */
export function int8Array(values: readonly (number | bigint)[]): Buffer {
  const out = Buffer.allocUnsafe(headerBytes + values.length * 12);
  let at = writeHeader(out, int8Type, values.length);
  for (const value of values) {
    at = out.writeInt32BE(8, at);
    at =
      typeof value === 'bigint'
        ? out.writeBigInt64BE(value, at)
        : out.writeUInt32BE(value % 0x1_0000_0000, out.writeInt32BE(Math.floor(value / 0x1_0000_0000), at));
  }
  return out;
}

/** An `int4[]`. */
export function int4Array(values: readonly number[]): Buffer {
  const out = Buffer.allocUnsafe(headerBytes + values.length * 8);
  let at = writeHeader(out, int4Type, values.length);
  for (const value of values) at = out.writeInt32BE(value, out.writeInt32BE(4, at));
  return out;
}

/** A `bool[]`. */
export function boolArray(values: readonly boolean[]): Buffer {
  const out = Buffer.allocUnsafe(headerBytes + values.length * 5);
  let at = writeHeader(out, boolType, values.length);
  for (const value of values) at = out.writeUInt8(value ? 1 : 0, out.writeInt32BE(1, at));
  return out;
}

/** A `bytea[]`; `undefined` becomes NULL, and strings are latin1. */
export function byteaArray(values: readonly (Uint8Array | string | undefined)[]): Buffer {
  let size = headerBytes;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const out = Buffer.allocUnsafe(size);
  let at = writeHeader(out, byteaType, values.length);
  for (const value of values) {
    at = out.writeInt32BE(value === undefined ? -1 : value.length, at);
    if (typeof value === 'string') at += out.write(value, at, 'latin1');
    else if (value !== undefined) {
      out.set(value, at);
      at += value.length;
    }
  }
  return out;
}

function writeHeader(out: Buffer, type: number, length: number): number {
  let at = out.writeInt32BE(1, 0);
  at = out.writeInt32BE(1, at);
  at = out.writeInt32BE(type, at);
  at = out.writeInt32BE(length, at);
  return out.writeInt32BE(1, at);
}
