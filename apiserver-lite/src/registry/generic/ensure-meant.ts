import type { ObjectMeta } from '@pg8s/k8s-proto/object';
import { conflict, type GroupResource } from '../../api-errors/status-error.ts';
import type { Preconditions } from '../../storage/storage.ts';

/** Throws 409 where the request means another object, in the words of deletions that check it themselves. */
export function ensureMeant(
  target: GroupResource,
  metadata: ObjectMeta,
  { uid, resourceVersion }: Preconditions = {},
): void {
  const refuse = (field: string, wanted: string, found = '') => {
    const cause = `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`;
    return conflict(target, metadata.name ?? '', cause);
  };
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion);
  }
}
