import { CachedObject } from '../cached-object.ts';
import type { ObjectKey, Preconditions } from '../storage.ts';
import type { Keyspace } from './keyspace.ts';
import { checkPreconditions } from './preconditions.ts';
import type { StoredObject } from './stored-object.ts';
import { deleteWhere } from './write-object.ts';

/** Conditions of a deletion; see `ResourceStorage.delete`. */
export interface DeleteOptions {
  preconditions?: Preconditions;
  validate?: (current: CachedObject) => Promise<void> | void;
}

/** The last version of a deleted object, with the resourceVersion of its deletion. */
export function asDeleted(last: CachedObject, revision: number): CachedObject {
  return new CachedObject(() => {
    const { object } = last;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
  }, revision);
}

/**
 * `If MOD(key) == N Then delete Else get`, again with the version that is there when another writer was
 * faster. Begins with the version in memory; a refusal only counts for the version in the store.
 */
export async function conditionalDelete(
  keyspace: Keyspace,
  key: ObjectKey,
  { preconditions, validate }: DeleteOptions = {},
): Promise<CachedObject> {
  const text = keyspace.layout.objectKey(key);
  const orNotFound = (found: StoredObject | undefined): StoredObject => {
    if (found === undefined) throw keyspace.notFound(key);
    return found;
  };
  const suggested = keyspace.known.latest(text);
  let fresh = suggested === undefined;
  let current = suggested ?? orNotFound(await keyspace.read(text));
  for (;;) {
    try {
      checkPreconditions(keyspace, key, current, preconditions);
      await validate?.(current);
    } catch (error) {
      if (fresh) throw error;
      const stored = orNotFound(await keyspace.read(text));
      fresh = true;
      if (stored.revision === current.revision && !current.isUnreadable) throw error;
      current = stored;
      continue;
    }
    const outcome = await deleteWhere(keyspace, text, current.revision);
    if ('deletedAt' in outcome) return asDeleted(current, outcome.deletedAt);
    current = orNotFound(outcome.current);
    fresh = true;
  }
}
