import { parseQuantity, quantityValue } from '@pg8s/k8s-proto/quantity';
import { matchesSelector } from '../../../selectors/label-selector.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../runtime/client/resource.ts';
import { matchesTerm, type NodeSelectorTerm } from '../../../selectors/node-selector.ts';
import { classOf, type Storage } from '../../framework/storage.ts';

/** Whether a volume can be used on a node (Kubernetes: `volume.CheckNodeAffinity`). */
export function isUsableOn({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec?.nodeAffinity?.required;
  if (!required) return true;
  return (required.nodeSelectorTerms as NodeSelectorTerm[]).some((term) => matchesTerm(term, node));
}

/**
 * The smallest free volume that fulfils a claim and can be used on `node`, or the one that names the claim
 * already (Kubernetes: `volume.FindMatchingVolume`). `taken` are names of volumes that are given to other
 * claims of the Pod.
 */
export function findVolume(
  claim: PersistentVolumeClaim,
  node: Node,
  { storage, taken }: { storage: Storage; taken: ReadonlySet<string> },
): PersistentVolume | undefined {
  const wantedBytes = bytesOf(claim.spec?.resources?.requests);
  let best: { volume: PersistentVolume; bytes: bigint } | undefined;
  for (const volume of storage.volumesOfClass(classOf(claim))) {
    const { name = '' } = volume.metadata;
    const assumed = storage.assumedClaim(name);
    if (taken.has(name) || (assumed !== undefined && assumed !== claim.metadata.uid)) continue;
    const isOurs = volume.spec?.claimRef ? isClaimedBy(volume, claim) : false;
    if (volume.spec?.claimRef && !isOurs) continue;
    const bytes = bytesOf(volume.spec?.capacity);
    if (bytes < wantedBytes || !isOfSameForm(volume, claim) || volume.metadata.deletionTimestamp) continue;
    if (isOurs) return isUsableOn(volume, node) ? volume : undefined;
    if (volume.status?.phase !== 'Available' || !isUsableOn(volume, node)) continue;
    if (claim.spec?.selector && !matchesSelector(claim.spec.selector, volume.metadata.labels)) continue;
    const modes = new Set(volume.spec?.accessModes);
    if (!(claim.spec?.accessModes ?? []).every((mode) => modes.has(mode))) continue;
    if (best === undefined || bytes < best.bytes) best = { volume, bytes };
  }
  return best?.volume;
}

function isClaimedBy({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { name, namespace, uid } = spec?.claimRef ?? {};
  return (
    name === metadata.name && namespace === metadata.namespace && (uid === undefined || uid === metadata.uid)
  );
}

function isOfSameForm(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (
    (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem') &&
    (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '')
  );
}

/** The `storage` of a list of resources, in bytes. */
export function bytesOf(resources: unknown): bigint {
  const text = (resources as Record<string, string> | undefined)?.['storage'];
  return text === undefined ? 0n : quantityValue(parseQuantity(text));
}
