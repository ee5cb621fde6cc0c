import type { KubeObject } from '../object.ts';

/** The annotation of claims that are made for the extended resources of a Pod. */
const annotation = 'resource.kubernetes.io/extended-resource-claim';

/** What says whether a claim is the one of its Pod. */
export interface ClaimOwners {
  pod(namespace: string, name: string): KubeObject | undefined;
  /** Claims of the namespace with the annotation. */
  claims(namespace: string): Iterable<KubeObject>;
}

function controllerOf({ metadata }: KubeObject) {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether a claim was made for the extended resources of a Pod. */
export function isExtendedResourceClaim({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[annotation] === 'true';
}

/**
 * The Pod that a claim was made for, where it is the claim that the Pod names, or the first one while it
 * names none; undefined for every other claim, so that nobody escapes a quota with an annotation.
 */
export function podOfClaim(claim: KubeObject, { pod, claims }: ClaimOwners): KubeObject | undefined {
  const { namespace = '', name = '' } = claim.metadata;
  const created = claim.metadata.creationTimestamp ?? '';
  const owner = controllerOf(claim);
  if (!isExtendedResourceClaim(claim) || owner?.kind !== 'Pod' || owner.apiVersion !== 'v1') return undefined;
  const found = pod(namespace, owner.name);
  if (found === undefined || found.metadata.uid !== owner.uid) return undefined;
  const { extendedResourceClaimStatus } = (found['status'] ?? {}) as {
    extendedResourceClaimStatus?: { resourceClaimName?: string };
  };
  if (extendedResourceClaimStatus != null) {
    return extendedResourceClaimStatus.resourceClaimName === name ? found : undefined;
  }
  for (const other of claims(namespace)) {
    if (!isExtendedResourceClaim(other) || controllerOf(other)?.uid !== owner.uid) continue;
    const theirs = other.metadata.creationTimestamp ?? '';
    const isFirst = theirs < created || (theirs === created && (other.metadata.name ?? '') < name);
    if (isFirst) return undefined;
  }
  return found;
}
