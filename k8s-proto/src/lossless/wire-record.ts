import { Buffer } from 'node:buffer';
import { CodecError } from '../codec/codec-error.ts';
import { withWriter } from '../codec/codec.ts';
import { WireReader } from '../codec/wire-reader.ts';

/** One field as it stands in a message: a list has a record for each element, a map for each entry. */
export interface WireRecord {
  readonly field: number;
  /** 0 varint, 1 eight bytes, 2 bytes with their length before them, 5 four bytes. */
  readonly wireType: number;
  /** Without tag and length. */
  readonly bytes: Buffer;
}

const noFields: ReadonlySet<number> = new Set();

/** The records of a message, in the order in which they stand. @throws CodecError */
export function splitRecords(message: Buffer): WireRecord[] {
  const reader = new WireReader(message);
  const end = message.length;
  const records: WireRecord[] = [];
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    const wireType = tag & 7;
    if (wireType === 2) {
      records.push({ field: tag >>> 3, wireType, bytes: reader.bytes(end) });
    } else {
      const start = reader.pos;
      reader.skip(tag, end, noFields);
      records.push({ field: tag >>> 3, wireType, bytes: message.subarray(start, reader.pos) });
    }
  }
  return records;
}

/** The message that has these records, with tags and lengths as short as they can be. */
export function joinRecords(records: readonly WireRecord[]): Buffer {
  return withWriter((writer) => {
    for (const { field, wireType, bytes } of records.toReversed()) {
      if (wireType === 2) writer.bytes(bytes);
      else writer.contents(bytes);
      writer.varint(field * 8 + wireType);
    }
  });
}

/** Records by their field. */
export function groupRecords(records: readonly WireRecord[]): Map<number, WireRecord[]> {
  const groups = new Map<number, WireRecord[]>();
  for (const record of records) {
    const group = groups.get(record.field);
    if (group === undefined) groups.set(record.field, [record]);
    else group.push(record);
  }
  return groups;
}

/** Whether two fields have the same records. */
export function sameRecords(a: readonly WireRecord[], b: readonly WireRecord[]): boolean {
  return (
    a.length === b.length &&
    a.every((record, index) => {
      const other = b[index];
      return other?.wireType === record.wireType && other.bytes.equals(record.bytes);
    })
  );
}

/** Whether bytes are one value of a wire type and nothing else. */
export function fitsWireType(wireType: number, bytes: Buffer): boolean {
  if (wireType === 2) return true;
  if (wireType !== 0 && wireType !== 1 && wireType !== 5) return false;
  try {
    const reader = new WireReader(bytes);
    reader.skip(8 + wireType, bytes.length, noFields);
    return reader.pos === bytes.length;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}
