import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/** Converts one message: both are compiled when first called. */
export interface MessageCodec {
  /** Writes the contents, without a length. null and undefined are Go's zero value. */
  encode(writer: WireWriter, value: unknown): void;
  /** Reads the contents up to `end` into a new object. */
  decode(reader: WireReader, end: number): unknown;
}
