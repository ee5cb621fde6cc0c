import { decodeObject, encodeObject } from '@pg8s/k8s-proto/stored-object';
import { goJson, goMapJson } from '@pg8s/k8s-proto/go-json';
import { parseJson } from '@pg8s/k8s-proto/json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindOf } from '@pg8s/k8s-proto/scheme';

/**
 * How objects of a resource are encoded for the store, and decoded (Kubernetes: `runtime.Codec`). What
 * happens to the encoded bytes after that, such as encryption, is a `ValueTransformer`'s.
 */
export interface ValueCodec {
  /** Equal objects give equal bytes. The object is in the resource's storage version. */
  encode(object: KubeObject, key: string): Uint8Array;
  /** A new object, which the caller may change. Throws an Error where the bytes are no such object. */
  decode(value: Uint8Array, key: string): KubeObject;
  /**
   * For a codec that cannot decode values from the store without waiting, such as one that converts old
   * versions by a webhook: called once for the values of a page of a list, of a read, or of changes that came
   * together. Resolves with the function that gives the object of each, in order. Rejects where none can be
   * had now: a watch cache tries again; what concerns one value only is thrown by its function. `decode` is
   * then used for values that this server just wrote.
   */
  prepare?(values: readonly { key: string; value: Uint8Array }[]): Promise<readonly (() => KubeObject)[]>;
}

const openingBrace = 0x7b;

/**
 * Protobuf keeps no kinds of objects inside of others, and kube-apiserver names those of claim templates
 * whenever it converts a StatefulSet, for clients that go by them (Kubernetes: `apis/apps/v1/conversion.go`).
 */
function nameClaimTemplates(object: KubeObject): KubeObject {
  const spec = object['spec'] as { volumeClaimTemplates?: object[] } | undefined;
  if (object.kind !== 'StatefulSet' || !spec?.volumeClaimTemplates) return object;
  spec.volumeClaimTemplates = spec.volumeClaimTemplates.map((claim) => ({
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    ...claim,
  }));
  return object;
}

/** Whatever form a value was written in: `--storage-media-type` may have changed since. */
function decode(value: Uint8Array): KubeObject {
  if (value[0] !== openingBrace) return nameClaimTemplates(decodeObject(value));
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
  const object = parseJson(text);
  if (typeof object !== 'object' || object === null || !('metadata' in object)) {
    throw new Error('the value is no Kubernetes object');
  }
  return object as KubeObject;
}

/** Built-in kinds: `k8s\0` protobuf. */
export const protobufValueCodec: ValueCodec = { encode: encodeObject, decode };

/**
 * JSON and a newline: a built-in kind with its fields in the order of its type, a custom resource, which has
 * no type, with sorted keys, as kube-apiserver stores them.
 */
export const jsonValueCodec: ValueCodec = {
  encode(object) {
    const json =
      kindOf(object.apiVersion, object.kind) === undefined
        ? goMapJson(object)
        : goJson(decodeObject(encodeObject(object)));
    return Buffer.from(`${json}\n`);
  },
  decode,
};

/** The forms of `--storage-media-type`. */
export type StorageMediaType = 'application/vnd.kubernetes.protobuf' | 'application/json';

/** How values are written; all forms are read. */
export function valueCodecFor(mediaType: StorageMediaType): ValueCodec {
  return mediaType === 'application/json' ? jsonValueCodec : protobufValueCodec;
}
