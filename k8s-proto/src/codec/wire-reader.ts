import { Buffer } from 'node:buffer';
import { CodecError } from './codec-error.ts';

/** Deeper than any real object; JSONSchemaProps alone nest without a limit of their own. */
const maxDepth = 400;

const wireTypeNames = ['varint', 'fixed64', 'bytes', 'group', 'group', 'fixed32'] as const;

/** Reads protobuf, and never reads beyond what it was given. */
export class WireReader {
  readonly buffer: Buffer;
  /** The same bytes as latin1: a string of ASCII is cut out of it without a native call. */
  readonly #text: string;
  pos = 0;
  depth = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#text = this.buffer.toString('latin1');
  }

  /** A varint below 2^32: a tag or a length. */
  uint32(end: number): number {
    const buffer = this.buffer;
    let pos = this.pos;
    if (pos >= end) throw truncated();
    let byte = buffer[pos++] as number;
    if (byte < 128) {
      this.pos = pos;
      return byte;
    }
    let value = byte & 127;
    for (let shift = 7; shift < 35; shift += 7) {
      if (pos >= end) throw truncated();
      byte = buffer[pos++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (value > 0xffffffff) break;
        this.pos = pos;
        return value;
      }
    }
    throw new CodecError('malformed', 'a tag or length of more than 32 bits');
  }

  /** Where the length-delimited value that begins here ends. */
  limit(end: number): number {
    const size = this.uint32(end);
    const stop = this.pos + size;
    if (stop > end) throw truncated();
    return stop;
  }

  /** Like `limit`, for a message: counts the nesting. The caller takes one off `depth` afterwards. */
  enter(end: number): number {
    if (++this.depth > maxDepth) throw new CodecError('tooDeep', `messages nested deeper than ${maxDepth}`);
    return this.limit(end);
  }

  string(end: number): string {
    const stop = this.limit(end);
    const start = this.pos;
    this.pos = stop;
    const buffer = this.buffer;
    for (let at = start; at < stop; at++) {
      if ((buffer[at] as number) >= 128) return buffer.toString('utf8', start, stop);
    }
    return this.#text.substring(start, stop);
  }

  base64(end: number): string {
    const stop = this.limit(end);
    const start = this.pos;
    this.pos = stop;
    return this.buffer.toString('base64', start, stop);
  }

  bytes(end: number): Buffer {
    const stop = this.limit(end);
    const start = this.pos;
    this.pos = stop;
    return this.buffer.subarray(start, stop);
  }

  bool(end: number): boolean {
    return this.int64(end) !== 0;
  }

  int32(end: number): number {
    const value = this.int64(end);
    return typeof value === 'number' && value >= -0x80000000 && value <= 0x7fffffff
      ? value
      : Number(BigInt.asIntN(32, BigInt(value)));
  }

  /** A number where that is exact, a bigint beyond 2^53. */
  int64(end: number): number | bigint {
    const buffer = this.buffer;
    let pos = this.pos;
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      if (pos >= end) throw truncated();
      const byte = buffer[pos++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        this.pos = pos;
        return value;
      }
    }
    return this.#longInteger(end);
  }

  #longInteger(end: number): number | bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.pos >= end) throw truncated();
      const byte = this.buffer[this.pos++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) {
        const signed = BigInt.asIntN(64, value);
        const number = Number(signed);
        return Number.isSafeInteger(number) ? number : signed;
      }
    }
    throw new CodecError('malformed', 'an integer of more than 64 bits');
  }

  double(end: number): number {
    if (this.pos + 8 > end) throw truncated();
    const value = this.buffer.readDoubleLE(this.pos);
    this.pos += 8;
    return value;
  }

  /** Passes over an unknown field; a known one (`fields`) with another wire type than its own is an error. */
  skip(tag: number, end: number, fields: ReadonlySet<number>): void {
    const field = tag >>> 3;
    const wireType = tag & 7;
    if (field === 0) throw new CodecError('malformed', 'field number 0');
    if (fields.has(field)) {
      throw new CodecError(
        'malformed',
        `field ${field} with wire type ${wireType} (${wireTypeNames[wireType] ?? 'unknown'})`,
      );
    }
    switch (wireType) {
      case 0:
        this.int64(end);
        return;
      case 1:
        this.#advance(8, end);
        return;
      case 2:
        this.pos = this.limit(end);
        return;
      case 5:
        this.#advance(4, end);
        return;
      default:
        throw new CodecError('malformed', `field ${field} with wire type ${wireType}`);
    }
  }

  #advance(size: number, end: number): void {
    if (this.pos + size > end) throw truncated();
    this.pos += size;
  }
}

function truncated(): CodecError {
  return new CodecError('truncated', 'the bytes end within a value');
}
