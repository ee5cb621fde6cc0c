import { stringifyJson } from '@pg8s/k8s-proto/json';
import type { KubeObject, OwnerReference } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../http/request-context.ts';

/** Drops owner references that stand twice, with a warning that says when they were found. */
export function dedupOwnerReferences(
  context: RequestContext,
  { metadata }: KubeObject,
  { afterAdmission = false } = {},
): void {
  const references = metadata.ownerReferences;
  if (references === undefined || references.length < 2) return;
  const kept = new Map<string, OwnerReference>();
  const duplicates: string[] = [];
  for (const reference of references) {
    // Decoded references have their fields in one order.
    const text = stringifyJson(reference);
    if (kept.has(text)) duplicates.push(reference.uid);
    else kept.set(text, reference);
  }
  if (duplicates.length === 0) return;
  metadata.ownerReferences = [...kept.values()];
  context.warn(
    `.metadata.ownerReferences contains duplicate entries${afterAdmission ? ' after mutating admission happens' : ''}; ` +
      'API server dedups owner references in 1.20+, and may ' +
      `reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(', ')}`,
  );
}
