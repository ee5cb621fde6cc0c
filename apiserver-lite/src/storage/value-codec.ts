import { decodeObject, encodeObject } from '@pg8s/k8s-proto/envelope';
import type { KubeObject } from '@pg8s/k8s-proto/object';

/**
 * How objects become stored values and back. Encryption at rest wraps another codec; it binds a value to its key, so
 * both directions are told the key (Kubernetes: `storage/value.Transformer`).
 */
export interface ValueCodec {
  /** Equal objects give equal bytes, unless the codec encrypts. */
  encode(object: KubeObject, key: string): Uint8Array;
  /** A new object, which the caller may change. Throws an Error where the bytes are no such object. */
  decode(value: Uint8Array, key: string): KubeObject;
}

function parseJson(value: Uint8Array): KubeObject {
  const object: unknown = JSON.parse(
    Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString(),
  );
  if (typeof object !== 'object' || object === null || !('metadata' in object)) {
    throw new Error('the value is no Kubernetes object');
  }
  return object as KubeObject;
}

const openingBrace = 0x7b;

/** Built-in kinds: `k8s\0` protobuf. JSON, which `--storage-media-type=application/json` left behind, is read too. */
export const protobufValueCodec: ValueCodec = {
  encode: (object) => encodeObject(object),
  decode: (value) => (value[0] === openingBrace ? parseJson(value) : decodeObject(value)),
};

/** Custom resources, which have no protobuf form: JSON and a newline, as kube-apiserver stores them. */
export const jsonValueCodec: ValueCodec = {
  encode: (object) => Buffer.from(`${JSON.stringify(object)}\n`),
  decode: parseJson,
};
