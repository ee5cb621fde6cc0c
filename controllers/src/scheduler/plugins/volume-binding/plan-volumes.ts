import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../runtime/client/resource.ts';
import { bytesOf, findVolume } from './match-volume.ts';
import { classOf, type Storage } from '../../framework/storage.ts';
import { nodeOfClaim } from './selected-node.ts';

/** What must be done so that the claims of a Pod are bound on a node. */
export interface VolumePlan {
  /** Claims that get a volume that exists. */
  bindings: readonly { claim: PersistentVolumeClaim; volume: PersistentVolume }[];
  /** Claims whose class provisions a volume for the node. */
  provisions: readonly PersistentVolumeClaim[];
}

/** The provisioner of classes that provision nothing. */
const noProvisioner = 'kubernetes.io/no-provisioner';

/**
 * How claims that wait for their first consumer get volumes on `node`; undefined when they cannot
 * (kube-scheduler: `volumeBinder.FindPodVolumes`). Capacity that CSI drivers publish is not considered.
 */
export function planVolumes(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  storage: Storage,
): VolumePlan | undefined {
  const bindings: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  const smallestFirst = [...claims].sort((left, right) => {
    const difference = bytesOf(left.spec?.resources?.requests) - bytesOf(right.spec?.resources?.requests);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  });
  for (const claim of smallestFirst) {
    const chosen = nodeOfClaim(claim, storage);
    if (chosen !== undefined && chosen !== node.metadata.name) return undefined;
    const volume = chosen === undefined ? findVolume(claim, node, { storage, taken }) : undefined;
    if (volume !== undefined) {
      taken.add(volume.metadata.name ?? '');
      bindings.push({ claim, volume });
    } else if (canProvision(claim, node, storage)) provisions.push(claim);
    else return undefined;
  }
  return { bindings, provisions };
}

function canProvision(claim: PersistentVolumeClaim, node: Node, storage: Storage): boolean {
  const storageClass = storage.storageClass(classOf(claim));
  if (!storageClass?.provisioner || storageClass.provisioner === noProvisioner) return false;
  const terms = storageClass.allowedTopologies ?? [];
  const labels = node.metadata.labels ?? {};
  return (
    terms.length === 0 ||
    terms.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => values.includes(ownValue(labels, key) ?? '')),
    )
  );
}
