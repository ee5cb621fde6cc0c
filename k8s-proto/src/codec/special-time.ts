import {
  formatDuration,
  formatMicroTime,
  formatTime,
  isZeroTime,
  parseDuration,
  parseMicroTime,
  timeSeconds,
} from '../time.ts';
import { CodecError } from './codec-error.ts';
import { checked, fieldSets, tags, unfit } from './special-codec.ts';
import type { SpecialCodec } from './special-codec.ts';
import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

function encodeInstant(writer: WireWriter, seconds: number, nanos: number): void {
  writer.integer(nanos);
  writer.byte(tags.varint2);
  writer.integer(seconds);
  writer.byte(tags.varint1);
}

function decodeInstant(reader: WireReader, end: number): { seconds: number; nanos: number } {
  let seconds = 0;
  let nanos = 0;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === tags.varint1) seconds = Number(reader.int64(end));
    else if (tag === tags.varint2) nanos = reader.int32(end);
    else reader.skip(tag, end, fieldSets.two);
  }
  return { seconds, nanos };
}

function encodeTime(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'string') throw unfit('time', value);
  const seconds = checked('time', () => timeSeconds(value));
  if (!isZeroTime({ seconds, nanos: 0 })) encodeInstant(writer, seconds, 0);
}

function decodeTime(reader: WireReader, end: number): unknown {
  if (reader.pos === end) return null;
  const { seconds } = decodeInstant(reader, end);
  return isZeroTime({ seconds, nanos: 0 }) ? null : checkedFormat(() => formatTime(seconds));
}

function encodeMicroTime(writer: WireWriter, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'string') throw unfit('time', value);
  const instant = checked('time', () => parseMicroTime(value));
  if (!isZeroTime(instant)) encodeInstant(writer, instant.seconds, instant.nanos);
}

function decodeMicroTime(reader: WireReader, end: number): unknown {
  if (reader.pos === end) return null;
  const instant = decodeInstant(reader, end);
  if (instant.nanos < 0 || instant.nanos > 999_999_999) {
    throw new CodecError('malformed', `nanoseconds out of range: ${instant.nanos}`);
  }
  return isZeroTime(instant) ? null : checkedFormat(() => formatMicroTime(instant));
}

/** A stored moment that RFC 3339 can't write is a fault of the bytes. */
function checkedFormat(format: () => string): string {
  try {
    return format();
  } catch (error) {
    throw new CodecError('malformed', error instanceof Error ? error.message : String(error));
  }
}

function encodeDuration(writer: WireWriter, value: unknown): void {
  if (value !== null && value !== undefined && typeof value !== 'string') throw unfit('duration', value);
  const nanoseconds = typeof value === 'string' ? checked('duration', () => parseDuration(value)) : 0n;
  writer.integer(nanoseconds);
  writer.byte(tags.varint1);
}

function decodeDuration(reader: WireReader, end: number): unknown {
  let nanoseconds = 0n;
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === tags.varint1) nanoseconds = BigInt(reader.int64(end));
    else reader.skip(tag, end, fieldSets.one);
  }
  return formatDuration(nanoseconds);
}

/** Wire {1: seconds, 2: nanos}, nanos always 0; an unset one is empty, and null in JSON. */
export const timeCodec: SpecialCodec = { encode: encodeTime, decode: decodeTime };

/** The same with nanos; JSON has six decimals. */
export const microTimeCodec: SpecialCodec = { encode: encodeMicroTime, decode: decodeMicroTime };

/** Wire {1: nanoseconds}; JSON `1m30s`. */
export const durationCodec: SpecialCodec = { encode: encodeDuration, decode: decodeDuration };
