import { CodecError } from './codec/codec-error.ts';
import { decodeMessage, withWriter, writeMessage } from './codec/codec.ts';
import { unwrapEnvelope, writeEnvelope } from './envelope.ts';
import { stringifyJson } from './json.ts';
import type { KubeObject } from './object.ts';
import { kindOf } from './scheme.ts';

function messageFor(apiVersion: unknown, kind: unknown): string {
  const info =
    typeof apiVersion === 'string' && typeof kind === 'string' ? kindOf(apiVersion, kind) : undefined;
  if (info === undefined) {
    throw new CodecError(
      'unknownType',
      `no kind ${stringifyJson(kind ?? '')} is registered for version ${stringifyJson(apiVersion ?? '')}`,
    );
  }
  return info.message;
}

/** The bytes that are stored for an object. @throws CodecError */
export function encodeObject(object: KubeObject): Buffer<ArrayBuffer> {
  const message = messageFor(object.apiVersion, object.kind);
  return withWriter((writer) =>
    writeEnvelope(writer, object, (inner) => writeMessage(inner, message, object)),
  );
}

/** The object of stored bytes, as Go prints it in JSON. @throws CodecError */
export function decodeObject(bytes: Uint8Array): KubeObject {
  const envelope = unwrapEnvelope(bytes);
  const { apiVersion, kind } = envelope;
  if (envelope.contentEncoding !== '') {
    throw new CodecError(
      'unsupportedContent',
      `contents encoded as "${envelope.contentEncoding}" cannot be read, only plain ones`,
    );
  }
  if (envelope.contentType !== '') {
    throw new CodecError(
      'unsupportedContent',
      `contents of type "${envelope.contentType}" cannot be read, only protobuf`,
    );
  }
  const fields = decodeMessage(messageFor(apiVersion, kind), envelope.raw) as Record<string, unknown>;
  return { kind, apiVersion, ...fields } as KubeObject;
}
