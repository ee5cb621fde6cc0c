import { Buffer } from 'node:buffer';
import { CodecError } from './codec-error.ts';

const initialCapacity = 16 * 1024;
const keptCapacity = 1024 * 1024;
const maxCapacity = 512 * 1024 * 1024;
/** Above this a native write beats a loop in JavaScript. */
const shortString = 48;

/**
 * Writes protobuf from the end to the start, as Go's generated code does: when a message is written its
 * length is known, so nothing is measured twice and nothing is moved.
 *
 *     written so far:                      |  value  |
 *     then the length, then the tag: | tag | length | value |
 *                                    ^ pos
 */
export class WireWriter {
  buffer = Buffer.allocUnsafeSlow(initialCapacity);
  /** Index of the byte written last. */
  pos = initialCapacity;

  /** Makes room for `size` more bytes before `pos`. */
  reserve(size: number): void {
    if (this.pos < size) this.#grow(size);
  }

  #grow(size: number): void {
    const used = this.buffer.length - this.pos;
    let capacity = this.buffer.length * 2;
    while (capacity < used + size) capacity *= 2;
    if (capacity > maxCapacity) throw new CodecError('badValue', 'object too large to be encoded');
    const next = Buffer.allocUnsafeSlow(capacity);
    this.buffer.copy(next, capacity - used, this.pos);
    this.buffer = next;
    this.pos = capacity - used;
  }

  /** How many bytes there are so far. */
  written(): number {
    return this.buffer.length - this.pos;
  }

  /** The length of what was written since `written()` was `start`. */
  length(start: number): void {
    this.varint(this.buffer.length - this.pos - start);
  }

  byte(value: number): void {
    if (this.pos < 1) this.#grow(1);
    this.buffer[--this.pos] = value;
  }

  /** An unsigned varint below 2^32: tags and lengths. */
  varint(value: number): void {
    if (value < 128) {
      if (this.pos < 1) this.#grow(1);
      this.buffer[--this.pos] = value;
      return;
    }
    this.reserve(5);
    const size = value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
    let at = (this.pos -= size);
    let rest = value >>> 0;
    while (rest >= 128) {
      this.buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.buffer[at] = rest;
  }

  /** int32, int64 (a negative one takes ten bytes) and what lies beyond 2^53. */
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < 0x80000000) {
      this.varint(value);
      return;
    }
    this.reserve(10);
    const scratch: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 128n) {
      scratch.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    scratch.push(Number(rest));
    this.pos -= scratch.length;
    this.buffer.set(scratch, this.pos);
  }

  double(value: number): void {
    this.reserve(8);
    this.pos -= 8;
    this.buffer.writeDoubleLE(value, this.pos);
  }

  /** The length and the UTF-8 bytes. */
  string(value: string): void {
    const length = value.length;
    if (length === 0) {
      this.byte(0);
      return;
    }
    if (length <= shortString) {
      this.reserve(length);
      const buffer = this.buffer;
      let at = this.pos;
      let index = length - 1;
      for (; index >= 0; index--) {
        const code = value.charCodeAt(index);
        if (code >= 128) break;
        buffer[--at] = code;
      }
      if (index < 0) {
        this.pos = at;
        this.varint(length);
        return;
      }
    }
    const size = Buffer.byteLength(value);
    this.reserve(size);
    this.pos -= size;
    this.buffer.write(value, this.pos, size, size === length ? 'latin1' : 'utf8');
    this.varint(size);
  }

  /** The bytes, without a length. */
  contents(value: Uint8Array): void {
    this.reserve(value.length);
    this.pos -= value.length;
    this.buffer.set(value, this.pos);
  }

  /** The length and the bytes. */
  bytes(value: Uint8Array): void {
    this.contents(value);
    this.varint(value.length);
  }

  /** A copy of what was written; the writer is empty again. */
  finish(): Buffer<ArrayBuffer> {
    const used = this.buffer.length - this.pos;
    const result = Buffer.allocUnsafeSlow(used);
    this.buffer.copy(result, 0, this.pos);
    this.reset();
    return result;
  }

  /** Forgets what was written. A buffer grown large isn't kept. */
  reset(): void {
    if (this.buffer.length > keptCapacity) this.buffer = Buffer.allocUnsafeSlow(initialCapacity);
    this.pos = this.buffer.length;
  }
}
