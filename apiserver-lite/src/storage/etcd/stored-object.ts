import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import { CachedObject } from '../cached-object.ts';
import type { DecodeValue } from '../value-pipeline.ts';
import { UnreadableObjectError } from '../unreadable-object.ts';
import { readableKey } from './key-layout.ts';

/** One version of one key. */
export interface StoredVersion {
  /** Latin1 text of the key's bytes. */
  key: string;
  modRevision: number;
  /** 0: does not expire. */
  lease: bigint;
  /** Size of the value as it was read, or before it was transformed. */
  bytes: number;
}

/** A copy of a small value inside a big message, so that the rest of the message can be freed. */
export function detach(value: Uint8Array): Uint8Array {
  return value.buffer.byteLength > 2 * value.byteLength + 512 ? value.slice() : value;
}

const beforeResourceVersion = new Set(['name', 'generateName', 'namespace', 'selfLink', 'uid']);

/** Where Go's JSON has it. */
function withResourceVersion(metadata: ObjectMeta, resourceVersion: string): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(metadata)) {
    if (!beforeResourceVersion.has(field) && !('resourceVersion' in ordered)) {
      ordered['resourceVersion'] = resourceVersion;
    }
    if (field !== 'resourceVersion') ordered[field] = value;
  }
  ordered['resourceVersion'] = resourceVersion;
  return ordered as ObjectMeta;
}

/** How a stored value is decoded, and what is called where it cannot be. */
export interface StoredObjectDecoder {
  /** Called at most once, unless it throws. */
  decode: DecodeValue;
  /** Called once for an object whose `decode` throws. */
  failed?: ((error: UnreadableObjectError) => void) | undefined;
}

/**
 * One version of an object as it is in the store. It is decoded when it is first read, at most once. The
 * encoded form stays: it shows whether an update changes anything.
 */
export class StoredObject extends CachedObject {
  readonly key: string;
  readonly lease: bigint;
  /** Of the stored value, or of the encoded object that was written. */
  readonly bytes: number;
  readonly #failed: StoredObjectDecoder['failed'];
  /** Gone once it succeeded, with the stored bytes that it holds. */
  #decode: DecodeValue | undefined;
  #encoded: Uint8Array | undefined;
  #isStale = false;
  #isUnreadable = false;

  constructor({ key, modRevision, lease, bytes }: StoredVersion, { decode, failed }: StoredObjectDecoder) {
    super(undefined, modRevision);
    this.key = key;
    this.lease = lease;
    this.bytes = bytes;
    this.#decode = decode;
    this.#failed = failed;
  }

  /**
   * The last attempt to decode the value failed. Another one may succeed where something outside was missing.
   */
  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  /** Whether the value can be decoded, which is tried where it was not yet. */
  get isReadable(): boolean {
    try {
      this.ensureDecoded();
      return true;
    } catch {
      return false;
    }
  }

  /** The encoded object. Throws as `object`. */
  get encodedValue(): Uint8Array {
    this.ensureDecoded();
    return this.#encoded as Uint8Array;
  }

  /**
   * The stored value has an old form and is to be written at the next update, whatever that changes. Throws
   * as `object`.
   */
  get isStale(): boolean {
    this.ensureDecoded();
    return this.#isStale;
  }

  protected override make(): KubeObject {
    try {
      const { object, stale, encoded } = (this.#decode as DecodeValue)();
      object.metadata = withResourceVersion(object.metadata, String(this.revision));
      this.#decode = undefined;
      this.#encoded = encoded;
      this.#isStale = stale;
      this.#isUnreadable = false;
      return object;
    } catch (error) {
      const unreadable = new UnreadableObjectError(readableKey(this.key), error);
      if (!this.#isUnreadable) this.#failed?.(unreadable);
      this.#isUnreadable = true;
      throw unreadable;
    }
  }
}
