import { goJson } from '@pg8s/k8s-proto/go-json';
import { wrapEnvelope } from '@pg8s/k8s-proto/envelope';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Status } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { WatchEvent } from '../../storage/storage.ts';
import type { OutputFormat, Transform } from '../negotiation/output.ts';
import type { ObjectCodec } from '../../registry/resource-types/object-codec.ts';
import { jsonItem, jsonPieces, typeHead } from './json.ts';
import { metaApiVersion, partialItem, partialMessage } from './partial-metadata.ts';
import { protobufDocument, protobufValue, watchFrame } from './protobuf.ts';
import { tableJson, type TableOptions } from './table.ts';

/** Turns the events of one watch into the bytes of its stream. */
export interface WatchEventEncoder {
  readonly contentType: string;
  /** Whether the bytes are text. */
  readonly isText: boolean;
  /** So many bytes before each event are its length. */
  readonly lengthBytes: number;
  /** All of them in one piece, to be written at once; `sized` is called with the size of each. */
  encode(events: readonly WatchEvent[], sized?: (bytes: number) => void): Uint8Array;
  /** The last event of a watch that fails. */
  encodeError(status: Status): Uint8Array;
}

/** What was negotiated for a watch. */
export interface WatchEncoding {
  format: OutputFormat;
  codec: ObjectCodec;
  kind: string;
  apiVersion: string;
  /** Watches of the same one may get the same bytes: what is written to all of them is encoded once. */
  sharedBy: object;
  /** `Rest.internalAnnotations` */
  internalAnnotations?: readonly string[] | undefined;
  /** For Table events. */
  table: () => TableOptions;
}

/** The encoder of what was negotiated (Kubernetes: `endpoints/handlers/watch.go`). */
export function watchEventEncoder(encoding: WatchEncoding): WatchEventEncoder {
  if (encoding.format.mediaType === 'application/vnd.kubernetes.protobuf') return protobufEvents(encoding);
  switch (encoding.format.transform?.kind) {
    case undefined:
      return plainEvents(encoding);
    case 'Table':
      return tableEvents(encoding);
    default:
      return partialEvents(encoding, encoding.format.transform!);
  }
}

const close = Buffer.from('}\n');
const json = { contentType: 'application/json', isText: true, lengthBytes: 0 };

function encodeJsonError(status: Status): Uint8Array {
  return Buffer.from(`{"type":"ERROR","object":${goJson(status)}}\n`);
}

/** `{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1",` + item without its brace + `}` newline. */
function plainEvents({ kind, apiVersion, codec, sharedBy }: WatchEncoding): WatchEventEncoder {
  if (codec.unstructured === true) return sortedEvents(codec, sharedBy);
  const head = typeHead(kind, apiVersion);
  const heads = perType((type) => Buffer.from(`{"type":"${type}","object":${head}`));
  return {
    ...json,
    encode: shareBatches({ form: 'json', sharedBy }, ({ type, object }) => [
      heads[type],
      jsonItem(object).subarray(1),
      close,
    ]),
    encodeError: encodeJsonError,
  };
}

function sortedEvents(codec: ObjectCodec, sharedBy: object): WatchEventEncoder {
  const heads = perType((type) => Buffer.from(`{"type":"${type}","object":`));
  return {
    ...json,
    encode: shareBatches({ form: 'json', sharedBy }, ({ type, object }) => [
      heads[type],
      ...jsonPieces(object, codec),
      close,
    ]),
    encodeError: encodeJsonError,
  };
}

function partialEvents(
  { sharedBy, internalAnnotations }: WatchEncoding,
  { version }: Transform,
): WatchEventEncoder {
  const heads = perType((type) => Buffer.from(`{"type":"${type}","object":`));
  return {
    ...json,
    encode: shareBatches({ form: `partial/${version}`, sharedBy }, ({ type, object }) => [
      heads[type],
      partialItem(object, { version, internalAnnotations }),
      close,
    ]),
    encodeError: encodeJsonError,
  };
}

/** Each event is a Table of one row; only the first carries the columns. */
function tableEvents({ table }: WatchEncoding): WatchEventEncoder {
  let headers = true;
  const row = ({ type, object }: WatchEvent) => {
    const options = { ...table(), headers, bookmark: type === 'BOOKMARK' };
    headers = false;
    const meta = { resourceVersion: object.object.metadata.resourceVersion ?? '', continue: '' };
    return tableJson([object], meta, options);
  };
  return {
    ...json,
    encode: (events, sized) =>
      joined(events, sized, (event) => [
        Buffer.from(`{"type":"${event.type}","object":`),
        ...row(event),
        close,
      ]),
    encodeError: encodeJsonError,
  };
}

function protobufEvents(encoding: WatchEncoding): WatchEventEncoder {
  const { codec, sharedBy, internalAnnotations } = encoding;
  const { transform } = encoding.format;
  const document =
    transform === undefined
      ? (object: CachedObject) => protobufDocument(object, codec)
      : (object: CachedObject) =>
          wrapEnvelope(
            metaApiVersion(transform.version),
            'PartialObjectMetadata',
            partialMessage(object, codec, internalAnnotations),
          );
  return {
    contentType: 'application/vnd.kubernetes.protobuf;stream=watch',
    isText: false,
    lengthBytes: 4,
    encode: shareBatches({ form: `protobuf/${transform?.version ?? ''}`, sharedBy }, ({ type, object }) => [
      watchFrame(type, document(object)),
    ]),
    encodeError: (status) => watchFrame('ERROR', protobufValue(status as unknown as KubeObject, codec)),
  };
}

type PartsOf = (event: WatchEvent) => readonly Uint8Array[];

interface Batch {
  readonly events: readonly WatchEvent[];
  readonly bytes: Uint8Array;
  /** Of each event. */
  readonly sizes: readonly number[];
}

/** Larger ones are not kept until the next. */
const maxSharedBytes = 64 * 1024;
/** The last batch of each form. */
const lastBatches = new WeakMap<object, Map<string, Batch>>();

/**
 * Encodes a batch once for all watches that get it one after the other, as those without selectors do: a
 * change wakes them all.
 */
function shareBatches(
  { form, sharedBy }: { form: string; sharedBy: object },
  partsOf: PartsOf,
): WatchEventEncoder['encode'] {
  const batches = lastBatches.get(sharedBy) ?? new Map<string, Batch>();
  lastBatches.set(sharedBy, batches);
  return (events, sized) => {
    const last = batches.get(form);
    if (last !== undefined && areSame(last.events, events)) {
      if (sized !== undefined) for (const size of last.sizes) sized(size);
      return last.bytes;
    }
    const sizes: number[] = [];
    const bytes = joined(
      events,
      (size) => {
        sizes.push(size);
        sized?.(size);
      },
      partsOf,
    );
    if (bytes.byteLength <= maxSharedBytes) batches.set(form, { events, bytes, sizes });
    return bytes;
  };
}

function areSame(a: readonly WatchEvent[], b: readonly WatchEvent[]): boolean {
  return a.length === b.length && a.every((event, index) => event === b[index]);
}

/** The parts of all events in one piece. */
function joined(
  events: readonly WatchEvent[],
  sized: ((bytes: number) => void) | undefined,
  partsOf: PartsOf,
): Uint8Array {
  const all: Uint8Array[] = [];
  for (const event of events) {
    let bytes = 0;
    for (const part of partsOf(event)) {
      bytes += part.byteLength;
      all.push(part);
    }
    sized?.(bytes);
  }
  return Buffer.concat(all);
}

function perType<T>(make: (type: WatchEvent['type']) => T): Record<WatchEvent['type'], T> {
  return {
    ADDED: make('ADDED'),
    MODIFIED: make('MODIFIED'),
    DELETED: make('DELETED'),
    BOOKMARK: make('BOOKMARK'),
  };
}
