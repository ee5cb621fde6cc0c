import protobuf from 'protobufjs/minimal.js';

/** Reads protobuf's wire format; never past `len`. */
export type Reader = protobuf.Reader;

/** A message's bytes break protobuf's wire format. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  /** As protobuf for Go tells clients of it, which says less. */
  readonly clientMessage: string;

  constructor(message: string, clientMessage = 'proto: cannot parse invalid wire-format data') {
    super(message);
    this.clientMessage = clientMessage;
  }
}

const emptyBytes: Uint8Array = Buffer.alloc(0);

const scratchWords = new Uint32Array(2);
const scratchUnsigned = new BigUint64Array(scratchWords.buffer);
const scratchSigned = new BigInt64Array(scratchWords.buffer);

const twoTo28 = 2 ** 28;
const twoTo56 = 2 ** 56;

// A 64-bit varint is read as three words of 28, 28 and 8 bits, which fit into small integers.
let middle = 0;
let high = 0;

/** Returns the low 28 bits, leaves the others in `middle` and `high`. */
function readVarint(reader: Reader): number {
  const { buf } = reader;
  let { pos } = reader;
  let low = 0;
  middle = 0;
  high = 0;
  for (let index = 0; index < 10; index++) {
    if (pos >= reader.len) throw new MalformedMessageError('unexpected end of message');
    const byte = buf[pos++] as number;
    const bits = byte & 127;
    if (index < 4) low |= bits << (7 * index);
    else if (index < 8) middle |= bits << (7 * (index - 4));
    else high |= bits << (7 * (index - 8));
    if (byte < 128) {
      reader.pos = pos;
      high &= 255;
      return low;
    }
  }
  throw new MalformedMessageError('varint is longer than 10 bytes');
}

/** int64 as a number: exact below 2^53, negative ones too. */
export function readInt64(reader: Reader): number {
  const low = readVarint(reader);
  if (high === 0) return middle === 0 ? low : low + middle * twoTo28;
  if (high < 128) return low + middle * twoTo28 + high * twoTo56;
  // Two's complement: -x - 1 is ~x, which is small for the negative numbers that anybody sends.
  return -((~low & 0xfffffff) + (~middle & 0xfffffff) * twoTo28 + (~high & 255) * twoTo56) - 1;
}

function readWords(reader: Reader): void {
  const low = readVarint(reader);
  scratchWords[0] = low | (middle << 28);
  scratchWords[1] = (middle >>> 4) | (high << 24);
}

/** int64 with all its bits. */
export function readSignedId(reader: Reader): bigint {
  readWords(reader);
  return scratchSigned[0] as bigint;
}

/** uint64 with all its bits. */
export function readUnsignedId(reader: Reader): bigint {
  readWords(reader);
  return scratchUnsigned[0] as bigint;
}

/** Reads a length and checks that so many bytes follow before `end`; returns where they stop. */
export function readLength(reader: Reader, end: number): number {
  const stop = reader.uint32() + reader.pos;
  if (stop > end) throw new MalformedMessageError('a field reaches past the end of its message');
  return stop;
}

/** Reads a bytes field as a view of the message: copy it to keep it longer than the message. */
export function readBytes(reader: Reader, end: number): Uint8Array {
  const stop = readLength(reader, end);
  const start = reader.pos;
  if (stop === start) return emptyBytes;
  reader.pos = stop;
  return reader.buf.subarray(start, stop);
}

/** Reads a bytes field into memory of its own, for those that the store keeps. */
export function readOwnBytes(reader: Reader, end: number): Uint8Array {
  const view = readBytes(reader, end);
  if (view.length === 0) return view;
  const copy = Buffer.allocUnsafeSlow(view.length);
  copy.set(view);
  return copy;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a string field, which must be UTF-8 (proto3). */
export function readString(reader: Reader, end: number): string {
  const bytes = readBytes(reader, end);
  if (bytes.length === 0) return '';
  try {
    return utf8.decode(bytes);
  } catch {
    const clientMessage = 'string field contains invalid UTF-8';
    throw new MalformedMessageError(`a ${clientMessage}`, clientMessage);
  }
}

/** Skips a field that this message doesn't know. */
export function skipField(reader: Reader, tag: number): void {
  if (tag >>> 3 === 0) throw new MalformedMessageError('illegal tag: field number 0');
  (reader.skipType as (wireType: number, depth: number, field: number) => void)(tag & 7, 0, tag >>> 3);
}

/** The value of an absent bytes field. */
export { emptyBytes };

/** A reader over these bytes. */
export function createReader(bytes: Uint8Array): Reader {
  return protobuf.Reader.create(bytes);
}
