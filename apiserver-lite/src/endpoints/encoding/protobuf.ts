import { wrapEnvelope } from '@pg8s/k8s-proto/envelope';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';

const empty = Buffer.alloc(0);

/** A length-delimited field: tag, length, bytes. Field numbers are below 16 here. */
export function delimited(field: number, bytes: Uint8Array): Uint8Array[] {
  return [header(field, bytes.byteLength), bytes];
}

function header(field: number, length: number): Uint8Array {
  const bytes = [(field << 3) | 2];
  let rest = length;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function varint(field: number, value: number): Uint8Array {
  const bytes = [field << 3];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** An object's message, made once a revision. */
export function protobufItem(cached: CachedObject, codec: ObjectCodec): Uint8Array {
  return cached.encoded('protobuf', (object) => codec.encodeProtobuf(object));
}

/** A whole object in its envelope. */
export function protobufDocument(cached: CachedObject, codec: ObjectCodec): Uint8Array {
  return wrapEnvelope(cached.object.apiVersion, cached.object.kind, protobufItem(cached, codec));
}

/** The bytes of `metadata`, which is field 1 of every object, cut out of the message. */
export function metadataOf(item: Uint8Array): Uint8Array {
  if (item[0] !== 0x0a) return empty;
  let length = 0;
  let scale = 1;
  let at = 1;
  for (;;) {
    const byte = item[at++] ?? 0;
    length += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) break;
  }
  return item.subarray(at, at + length);
}

/** The metadata of a list; empty strings are absent. */
export interface ListMeta {
  resourceVersion: string;
  continue: string;
  remainingItemCount?: number;
}

/**
 * A list's message: {1: metadata {1: "", 2: resourceVersion, 3: continue, 4: remainingItemCount}, 2: items
 * …}.
 */
export function listMessage(meta: ListMeta, items: readonly Uint8Array[]): Uint8Array {
  const metadata = Buffer.concat([
    ...delimited(1, empty),
    ...delimited(2, Buffer.from(meta.resourceVersion)),
    ...delimited(3, Buffer.from(meta.continue)),
    ...(meta.remainingItemCount === undefined ? [] : [varint(4, meta.remainingItemCount)]),
  ]);
  const parts = delimited(1, metadata);
  for (const item of items) parts.push(header(2, item.byteLength), item);
  return Buffer.concat(parts);
}

/** A frame of a watch: big-endian length, then WatchEvent {1: type, 2: object {1: enveloped object}}. */
export function watchFrame(type: string, document: Uint8Array): Uint8Array {
  const object = delimited(1, document);
  const objectLength = object[0]!.byteLength + document.byteLength;
  const parts = [...delimited(1, Buffer.from(type)), header(2, objectLength), ...object];
  const length = Buffer.alloc(4);
  length.writeUInt32BE(parts.reduce((sum, part) => sum + part.byteLength, 0));
  return Buffer.concat([length, ...parts]);
}

/** An object that isn't cached, such as a Status. */
export function protobufValue(object: KubeObject, codec: ObjectCodec): Uint8Array {
  return wrapEnvelope(object.apiVersion, object.kind, codec.encodeProtobuf(object));
}
