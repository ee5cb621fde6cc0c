import { conflict } from '../../api-errors/status-error.ts';
import type { ObjectKey, Preconditions } from '../storage.ts';
import { failedPrecondition } from '../failed-precondition.ts';
import { readableKey } from './key-layout.ts';
import type { Keyspace } from './keyspace.ts';
import type { StoredObject } from './stored-object.ts';

/**
 * Throws Conflict where the object is not the one that the client means (Kubernetes:
 * `storage.Preconditions.Check`).
 */
export function checkPreconditions(
  keyspace: Keyspace,
  key: ObjectKey,
  current: StoredObject,
  { uid, resourceVersion }: Preconditions = {},
): void {
  const { metadata } = current.object;
  const refuse = (field: string, wanted: string, found: string): never => {
    const cause = `${field} in precondition: ${wanted}, ${field} in object meta: ${found}`;
    throw conflict(keyspace.resource, key.name, failedPrecondition(readableKey(current.key), cause));
  };
  if (uid !== undefined && uid !== metadata.uid) refuse('UID', uid, metadata.uid ?? '');
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion ?? '');
  }
}
