import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../cached-object.ts';
import type { ObjectKey, UpdateOptions } from '../storage.ts';
import type { Keyspace } from './keyspace.ts';
import { checkPreconditions } from './preconditions.ts';
import type { StoredObject } from './stored-object.ts';
import { putWhere } from './write-object.ts';

/** Makes the next object from the current one; see `ResourceStorage.guaranteedUpdate`. */
export type TryUpdate = (current: CachedObject | undefined) => Promise<KubeObject> | KubeObject;

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && Buffer.compare(one, other) === 0;
}

/**
 * Reads, changes, and writes if nothing was written meanwhile, else does it again (Kubernetes:
 * `storage/etcd3.store.GuaranteedUpdate`).
 *
 * It begins with the version in memory. That one may be stale, so whatever would end the attempt without a
 * write (an error of `tryUpdate`, a failed precondition, nothing changed) only counts for the version in the
 * store:
 *
 *     in memory ──error, no change──▶ read ──same revision──▶ it counts
 *         │                             └──────newer─────────▶ once more, with that
 *         └──changed──▶ Txn ──lost──▶ once more, with the winner's
 *
 * Nothing has changed where the encoded object is the same, byte for byte. A stale value is written all the
 * same.
 */
export async function guaranteedUpdate(
  keyspace: Keyspace,
  key: ObjectKey,
  tryUpdate: TryUpdate,
  { ignoreNotFound = false, preconditions, ttlSeconds }: UpdateOptions = {},
): Promise<StoredObject> {
  const text = keyspace.layout.objectKey(key);
  const orNotFound = (found: StoredObject | undefined) => {
    if (found === undefined && !ignoreNotFound) throw keyspace.notFound(key);
    return found;
  };
  let current = keyspace.known.latest(text);
  let fresh = current === undefined;
  if (fresh) current = orNotFound(await keyspace.readForUpdate(text));

  /** Whether `current` is what the store holds; if not, it is now. */
  const confirm = async () => {
    if (fresh) return true;
    const before = current;
    current = orNotFound(await keyspace.readForUpdate(text));
    fresh = true;
    return current?.revision === before?.revision && before?.isUnreadable !== true;
  };

  for (;;) {
    const based = current;
    let next: KubeObject;
    try {
      if (based !== undefined) checkPreconditions(keyspace, key, based, preconditions);
      next = await tryUpdate(based);
    } catch (error) {
      if (await confirm()) throw error;
      continue;
    }
    const encoding = keyspace.encode(text, next);
    const encoded = encoding instanceof Promise ? await encoding : encoding;
    // Two spellings of one object (an absent field and its zero) are the same bytes.
    if (based !== undefined && !based.isStale && sameBytes(encoded, based.encodedValue)) {
      if (!(await confirm())) continue;
      // Only what was read from the store shows whether the value in the store is stale.
      if (current?.isStale !== true) return based;
    }
    const outcome = await putWhere(keyspace, 'update', {
      key: text,
      encoded,
      expectedRevision: based?.revision ?? 0,
      ttlSeconds,
      lease: based?.lease ?? 0n,
    });
    if ('written' in outcome) return outcome.written;
    current = orNotFound(outcome.current);
    fresh = true;
  }
}
