import type { KubeObject } from '@pg8s/k8s-proto/object';

/**
 * How objects of a resource are encoded for the store, and decoded (Kubernetes: `runtime.Codec`). What
 * happens to the encoded bytes after that, such as encryption, is a `ValueTransformer`'s.
 */
export interface ValueCodec {
  /** Equal objects give equal bytes. The object is in the resource's storage version. */
  encode(object: KubeObject, key: string): Uint8Array;
  /**
   * For a codec that cannot encode every object without waiting, such as one that has a webhook convert it to
   * the storage version: called instead of `encode`.
   */
  prepareEncode?(object: KubeObject, key: string): Promise<Uint8Array>;
  /** A new object, which the caller may change. Throws an Error where the bytes are no such object. */
  decode(value: Uint8Array, key: string): KubeObject;
  /**
   * Adds the fields that Go writes always, and no defaults; absent where objects have no type of which that
   * is known.
   */
  readonly fill?: (object: KubeObject) => KubeObject;
  /**
   * For a codec that cannot decode values from the store without waiting, such as one that converts old
   * versions by a webhook: called once for the values of a page of a list, of a read, or of changes that came
   * together. Resolves with the function that gives the object of each, in order. Rejects where none can be
   * had now: a watch cache tries again; what concerns one value only is thrown by its function. `decode` is
   * then used for values that this server just wrote.
   */
  prepare?(values: readonly { key: string; value: Uint8Array }[]): Promise<readonly (() => KubeObject)[]>;
}
