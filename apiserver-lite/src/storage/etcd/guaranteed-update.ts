import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { CachedObject } from '../cached-object.ts';
import { sameStoredObject } from '../object-equality.ts';
import type { ObjectKey, UpdateOptions } from '../storage.ts';
import type { Keyspace } from './keyspace.ts';
import { checkPreconditions } from './preconditions.ts';
import type { StoredObject } from './stored-object.ts';
import { putWhere } from './write-object.ts';

export type TryUpdate = (current: CachedObject | undefined) => Promise<KubeObject> | KubeObject;

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && Buffer.compare(one, other) === 0;
}

/**
 * Read, change, write where nobody else wrote meanwhile, else again (Kubernetes: `storage/etcd3.store.GuaranteedUpdate`).
 *
 * It begins with the version in memory. That one may be stale, so whatever would end the attempt without a write (an
 * error of `tryUpdate`, a failed precondition, nothing changed) only counts for the version in the store:
 *
 *     in memory ──error, no change──▶ read ──same revision──▶ it stands
 *         │                             └──────newer─────────▶ once more, with that
 *         └──changed──▶ Txn ──lost──▶ once more, with the winner's
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
  if (fresh) current = orNotFound(await keyspace.read(text));

  /** Whether `current` is what the store holds; if not, it is now. */
  const confirm = async () => {
    if (fresh) return true;
    const before = current?.revision;
    current = orNotFound(await keyspace.read(text));
    fresh = true;
    return current?.revision === before;
  };

  for (;;) {
    let next: KubeObject;
    try {
      if (current !== undefined) checkPreconditions(keyspace, key, current, preconditions);
      next = await tryUpdate(current);
    } catch (error) {
      if (await confirm()) throw error;
      continue;
    }
    const based: StoredObject | undefined = current;
    const unchanged = based !== undefined && sameStoredObject(next, based.object);
    const value = unchanged ? based.value : keyspace.encode(text, next);
    // Two spellings of one object (an absent field and its zero) are the same bytes.
    if (based !== undefined && (unchanged || sameBytes(value, based.value))) {
      if (await confirm()) return based;
      continue;
    }
    const outcome = await putWhere(keyspace, 'update', {
      key: text,
      value,
      expectedRevision: based?.revision ?? 0,
      ttlSeconds,
      lease: based?.lease ?? 0n,
    });
    if ('written' in outcome) return outcome.written;
    current = orNotFound(outcome.current);
    fresh = true;
  }
}
