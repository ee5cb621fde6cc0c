/**
 * The form in which Kubernetes stores and sends protobuf (Kubernetes: `runtime/serializer/protobuf`):
 *
 *     6b 38 73 00 | Unknown { 1: typeMeta { 1: apiVersion, 2: kind }, 2: raw,
 *     k  8  s  \0 |           3: contentEncoding, 4: contentType }
 */
import { CodecError } from './codec/codec-error.ts';
import { withWriter } from './codec/codec.ts';
import { WireReader } from './codec/wire-reader.ts';
import type { WireWriter } from './codec/wire-writer.ts';

/** What an envelope says about its contents. */
export interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
  contentEncoding: string;
  contentType: string;
}

const magic = [0x6b, 0x38, 0x73, 0x00] as const;
const envelopeFields: ReadonlySet<number> = new Set([1, 2, 3, 4]);
const typeMetaFields: ReadonlySet<number> = new Set([1, 2]);

/** Whether bytes begin with `k8s\0`. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** Writes an envelope, last field first; `writeRaw` writes its contents. */
export function writeEnvelope(
  writer: WireWriter,
  { apiVersion, kind }: { apiVersion: string; kind: string },
  writeRaw: (writer: WireWriter) => void,
): void {
  writer.string('');
  writer.byte(0x22);
  writer.string('');
  writer.byte(0x1a);
  let start = writer.written();
  writeRaw(writer);
  writer.length(start);
  writer.byte(0x12);
  start = writer.written();
  writer.string(kind);
  writer.byte(0x12);
  writer.string(apiVersion);
  writer.byte(0x0a);
  writer.length(start);
  writer.byte(0x0a);
  for (let index = magic.length - 1; index >= 0; index--) writer.byte(magic[index] as number);
}

/** Puts an encoded message into its envelope. */
export function wrapEnvelope(apiVersion: string, kind: string, raw: Uint8Array): Buffer<ArrayBuffer> {
  return withWriter((writer) => writeEnvelope(writer, { apiVersion, kind }, (inner) => inner.contents(raw)));
}

/** Reads an envelope without its contents. `raw` shares memory with `bytes`. @throws CodecError */
export function unwrapEnvelope(bytes: Uint8Array): Envelope {
  if (!isEnvelope(bytes)) {
    throw new CodecError('notKubernetes', 'the value does not begin with "k8s\\0"');
  }
  const reader = new WireReader(bytes);
  const end = bytes.length;
  reader.pos = magic.length;
  const envelope: Envelope = {
    apiVersion: '',
    kind: '',
    raw: new Uint8Array(0),
    contentEncoding: '',
    contentType: '',
  };
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === 0x0a) readTypeMeta(reader, reader.limit(end), envelope);
    else if (tag === 0x12) envelope.raw = reader.bytes(end);
    else if (tag === 0x1a) envelope.contentEncoding = reader.string(end);
    else if (tag === 0x22) envelope.contentType = reader.string(end);
    else reader.skip(tag, end, envelopeFields);
  }
  return envelope;
}

function readTypeMeta(reader: WireReader, end: number, envelope: Envelope): void {
  while (reader.pos < end) {
    const tag = reader.uint32(end);
    if (tag === 0x0a) envelope.apiVersion = reader.string(end);
    else if (tag === 0x12) envelope.kind = reader.string(end);
    else reader.skip(tag, end, typeMetaFields);
  }
}
