import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { decodeMessage, encodeMessage } from '@pg8s/k8s-proto/codec/codec';
import { conform, conformRepeated } from '@pg8s/k8s-proto/conform/conform';
import { ConformError } from '@pg8s/k8s-proto/conform/conform-error';
import { copyUnprinted } from '@pg8s/k8s-proto/conform/unprinted';
import { formatFieldPath, strictProblems } from '@pg8s/k8s-proto/conform/strict-problems';
import type { FieldPath } from '@pg8s/k8s-proto/conform/walk';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, kindInfo, kindOf, type GroupVersionKind } from '@pg8s/k8s-proto/scheme';
import { DecodeError, type DecodeInput, type Decoded, type ObjectCodec } from '../object-codec.ts';

/** The codec of all built-in kinds: their protobuf messages. */
export const messageCodec: ObjectCodec = {
  protobuf: true,
  knows: (gvk) => kindInfo(gvk) !== undefined,
  decode,
  decodeProtobuf(raw, gvk) {
    const fields = decodeMessage(messageOfKind(gvk), raw) as KubeObject;
    return { ...fields, kind: gvk.kind, apiVersion: apiVersionOf(gvk) };
  },
  encodeProtobuf(object) {
    const info = kindOf(object.apiVersion, object.kind);
    if (info === undefined) throw new TypeError(`${object.apiVersion} has no kind ${object.kind}`);
    return encodeMessage(info.message, object);
  },
};

function decode({ value, json, gvk, strict, unstructured = false }: DecodeInput): Decoded {
  const message = messageOfKind(gvk);
  try {
    const duplicates = json?.duplicates ?? [];
    const mode = strict ? 'report' : 'ignore';
    const { object, unknownFields } =
      duplicates.length > 0
        ? conformRepeated(value, message, mode)
        : conform(value, message, mode, unstructured ? 'unstructured' : 'json');
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object as KubeObject;
    if (metadata !== undefined && forgetsManagers(value)) metadata.managedFields = [];
    let strictErrors: readonly string[] = [];
    if (strict && (unknownFields.length > 0 || duplicates.length > 0)) {
      strictErrors =
        json === undefined
          ? unknownFieldErrors(unknownFields, unstructured)
          : strictProblems(json.text, message, { unknownFields, duplicates });
    }
    // What has no metadata of its own (a Scale's parts, options) must not get any.
    const head = { kind: gvk.kind, apiVersion: apiVersionOf(gvk) };
    const whole = (
      metadata === undefined ? { ...head, ...rest } : { ...head, metadata, ...rest }
    ) as KubeObject;
    copyUnprinted(object, whole);
    return { object: whole, strictErrors };
  } catch (error) {
    throw error instanceof ConformError ? new DecodeError(error.message) : error;
  }
}

/** A typed decoder meets fields in the order of the document, of an untyped one they are sorted. */
function unknownFieldErrors(paths: readonly FieldPath[], unstructured: boolean): string[] {
  const errors = paths.map((path) => `unknown field ${goQuote(formatFieldPath(path))}`);
  return unstructured ? errors.sort() : errors;
}

/** Go tells an empty list from none: the client wants nobody to own anything. */
function forgetsManagers(value: unknown): boolean {
  const given = (value as { metadata?: { managedFields?: unknown } | null }).metadata?.managedFields;
  return Array.isArray(given) && given.length === 0;
}

function messageOfKind(gvk: GroupVersionKind): string {
  const info = kindInfo(gvk);
  if (info === undefined) throw new TypeError(`${apiVersionOf(gvk)} has no kind ${gvk.kind}`);
  return info.message;
}
