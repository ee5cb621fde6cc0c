import type { KubeObject } from '@pg8s/k8s-proto/object';

/** The wire form of an object at one revision, by media type. */
export type Encoder = (object: KubeObject) => Uint8Array;

/**
 * One version of one object, shared by everybody who reads or watches it: never change `object`. Its wire forms are
 * made once, however many clients ask.
 */
export class CachedObject {
  readonly object: KubeObject;
  /** The mod revision of its key, as in metadata.resourceVersion. */
  readonly revision: number;
  readonly #encoded = new Map<string, Uint8Array>();

  constructor(object: KubeObject, revision: number) {
    this.object = object;
    this.revision = revision;
  }

  /** The bytes of `encode(object)`, kept under `form` (a media type, with the API version where they differ). */
  encoded(form: string, encode: Encoder): Uint8Array {
    let bytes = this.#encoded.get(form);
    if (bytes === undefined) {
      bytes = encode(this.object);
      this.#encoded.set(form, bytes);
    }
    return bytes;
  }
}
