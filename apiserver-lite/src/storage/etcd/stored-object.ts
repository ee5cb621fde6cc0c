import type { ObjectMeta } from '@pg8s/k8s-proto/object';
import { CachedObject } from '../cached-object.ts';
import type { ValueCodec } from '../value-codec.ts';
import { corruptObject } from './etcd-status.ts';
import { readableKey } from './key-layout.ts';

/** What the store holds of one key. */
export interface StoredValue {
  /** Latin1 text of the key's bytes. */
  key: string;
  value: Uint8Array;
  modRevision: number;
  /** 0: does not expire. */
  lease: bigint;
}

/** Of a small value inside a big message only its own bytes are kept: the rest of the message may go. */
function detach(value: Uint8Array): Uint8Array {
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

/**
 * An object as it lies in the store. It is decoded when somebody looks, at most once. The stored bytes stay: they tell
 * whether an update changes anything.
 */
export class StoredObject extends CachedObject {
  readonly key: string;
  readonly value: Uint8Array;
  readonly lease: bigint;

  constructor(codec: ValueCodec, { key, value, modRevision, lease }: StoredValue) {
    const own = detach(value);
    super(() => {
      const name = readableKey(key);
      try {
        const object = codec.decode(own, name);
        object.metadata = withResourceVersion(object.metadata, String(modRevision));
        return object;
      } catch (error) {
        throw corruptObject(name, error);
      }
    }, modRevision);
    this.key = key;
    this.value = own;
    this.lease = lease;
  }
}
