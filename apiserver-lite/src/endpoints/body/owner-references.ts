import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, OwnerReference } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../server/request-context.ts';

/** Drops owner references that stand twice, with a warning. */
export function dedupOwnerReferences(context: RequestContext, { metadata }: KubeObject): void {
  const references = metadata.ownerReferences;
  if (references === undefined || references.length < 2) return;
  const kept: OwnerReference[] = [];
  const duplicates: string[] = [];
  for (const reference of references) {
    const known = kept.some((other) => other.uid === reference.uid && isDeepStrictEqual(other, reference));
    if (known) duplicates.push(reference.uid);
    else kept.push(reference);
  }
  if (duplicates.length === 0) return;
  metadata.ownerReferences = kept;
  context.warn(
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may ' +
      `reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`,
  );
}
