import type { KubeObject } from '@pg8s/k8s-proto/object';

/** The wire form of an object at one revision, by media type. */
export type Encoder = (object: KubeObject) => Uint8Array;

/**
 * One version of one object, shared by everybody who reads or watches it: never change `object`. Its wire
 * forms are made once, however many clients ask.
 */
export class CachedObject {
  /** The mod revision of its key, as in metadata.resourceVersion. */
  readonly revision: number;
  #object: KubeObject | undefined;
  readonly #make: (() => KubeObject) | undefined;
  #encoded: Map<string, Uint8Array> | undefined;

  /**
   * A function instead of an object makes it when it is first read: what nobody reads is never decoded.
   * Undefined: `make` does it, in a class that overrides it.
   */
  constructor(object: KubeObject | (() => KubeObject) | undefined, revision: number) {
    this.revision = revision;
    if (typeof object === 'function') this.#make = object;
    else this.#object = object;
  }

  /** Throws a StatusError (500) where the stored value cannot be decoded. */
  get object(): KubeObject {
    this.#object ??= this.make();
    return this.#object;
  }

  /** Decodes where that was not done yet, so that `object` does not throw later. Throws as `object`. */
  ensureDecoded(): void {
    this.#object ??= this.make();
  }

  /** Makes the object, at the first read. */
  protected make(): KubeObject {
    if (this.#make === undefined) throw new Error('there is no object and nothing to make it from');
    return this.#make();
  }

  /**
   * The bytes of `encode(object)`, kept under `form` (a media type, with the API version where they differ).
   */
  encoded(form: string, encode: Encoder): Uint8Array {
    this.#encoded ??= new Map();
    let bytes = this.#encoded.get(form);
    if (bytes === undefined) {
      bytes = encode(this.object);
      this.#encoded.set(form, bytes);
    }
    return bytes;
  }
}
