import type { PersistentVolumeClaim, Pod, PodSpec } from '../../runtime/client/resource.ts';

type Volume = NonNullable<PodSpec['volumes']>[number];

/** The claim of a generic ephemeral volume has the names of its Pod and of the volume. */
function ephemeralClaim(pod: Pod, { name }: Volume): string {
  return `${pod.metadata.name}-${name}`;
}

/** The names of the claims that the volumes of a Pod are of. */
export function claimNames(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [ephemeralClaim(pod, volume)] : [];
  });
}

/**
 * Whether a Pod keeps a claim from being deleted. One without a node does not: a kubelet starts no Pod with a
 * claim that is being deleted. Nor does one that its kubelet has ended, if the claim is the Pod's own.
 */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const { spec, metadata } = pod;
  if (!spec?.nodeName || metadata.namespace !== claim.metadata.namespace) return false;
  const { name } = claim.metadata;
  const isShutDown = metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
  return (spec.volumes ?? []).some(
    (volume) =>
      volume.persistentVolumeClaim?.claimName === name ||
      (!isShutDown &&
        volume.ephemeral !== undefined &&
        ephemeralClaim(pod, volume) === name &&
        isControlledBy(claim, pod)),
  );
}

function isControlledBy({ metadata }: PersistentVolumeClaim, pod: Pod): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ controller, uid }) => controller === true && uid === pod.metadata.uid,
  );
}
