import { decodeObject, encodeObject } from '@pg8s/k8s-proto/stored-object';
import { goJson, goMapJson } from '@pg8s/k8s-proto/go-json';
import { parseJson } from '@pg8s/k8s-proto/json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindOf } from '@pg8s/k8s-proto/scheme';
import type { ValueCodec } from '../../../storage/value-codec.ts';

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

/** Custom objects have no type of which it is known what Go writes always. */
function fill(object: KubeObject): KubeObject {
  return kindOf(object.apiVersion, object.kind) === undefined ? object : decodeObject(encodeObject(object));
}

/** Built-in kinds: `k8s\0` protobuf. */
export const protobufValueCodec: ValueCodec = { encode: encodeObject, decode, fill };

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
  fill,
};

/** The forms of `--storage-media-type`. */
export type StorageMediaType = 'application/vnd.kubernetes.protobuf' | 'application/json';

/** How values are written; all forms are read. */
export function valueCodecFor(mediaType: StorageMediaType): ValueCodec {
  return mediaType === 'application/json' ? jsonValueCodec : protobufValueCodec;
}
