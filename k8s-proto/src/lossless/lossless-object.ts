import { CodecError } from '../codec/codec-error.ts';
import { encodeObject } from '../stored-object.ts';
import { unwrapEnvelope, wrapEnvelope } from '../envelope.ts';
import type { KubeObject } from '../object.ts';
import { kindOf } from '../scheme.ts';
import { decodeLossless } from './decode-lossless.ts';
import { encodeLossless } from './encode-lossless.ts';

function messageFor(apiVersion: string, kind: string): string {
  const info = kindOf(apiVersion, kind);
  if (info === undefined) throw new CodecError('unknownType', `no kind "${kind}" in "${apiVersion}"`);
  return info.message;
}

/** Whether an object, encoded as kube-apiserver 1.36 does, has these bytes. */
export function encodesTo(object: KubeObject, bytes: Uint8Array): boolean {
  try {
    return encodeObject(object).equals(bytes);
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

/** `decodeObject` with the forms of `decodeLossless`. @throws CodecError */
export function decodeObjectLossless(bytes: Uint8Array): KubeObject {
  const { apiVersion, kind, raw } = unwrapEnvelope(bytes);
  const fields = decodeLossless(messageFor(apiVersion, kind), raw) as Record<string, unknown>;
  return { kind, apiVersion, ...fields } as KubeObject;
}

/** `encodeObject` that follows the forms of `decodeLossless`. @throws CodecError */
export function encodeObjectLossless(object: KubeObject): Buffer {
  const { apiVersion, kind } = object;
  return wrapEnvelope(apiVersion, kind, encodeLossless(messageFor(apiVersion, kind), object));
}
