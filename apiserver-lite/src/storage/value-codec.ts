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
