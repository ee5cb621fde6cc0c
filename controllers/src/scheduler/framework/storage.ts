import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../runtime/client/resource.ts';

/** Claims, volumes and classes as the informers show them, with what was decided since. */
export interface Storage {
  /** A claim. */
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  /** A volume. */
  volume(name: string): PersistentVolume | undefined;
  /** The volumes of one class; of `''` those without. */
  volumesOfClass(className: string): readonly PersistentVolume[];
  /** A class. */
  storageClass(name: string): StorageClass | undefined;
  /** The node that a claim's volume is to be made for, where a Pod was just given that node. */
  assumedNode(claim: PersistentVolumeClaim): string | undefined;
  /** uid of the claim that a volume was just given to. */
  assumedClaim(volumeName: string): string | undefined;
}

const bindCompleted = 'pv.kubernetes.io/bind-completed';
const betaClass = 'volume.beta.kubernetes.io/storage-class';

/** A claim that a Pod names, or that is made for its ephemeral volume. */
export interface NamedClaim {
  name: string;
  isEphemeral: boolean;
}

/** The claims of a Pod, in the order of its volumes. */
export function claimsNamedBy(pod: Pod): NamedClaim[] {
  return (pod.spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }): NamedClaim[] => {
    if (persistentVolumeClaim) return [{ name: persistentVolumeClaim.claimName, isEphemeral: false }];
    return ephemeral ? [{ name: `${pod.metadata.name ?? ''}-${name}`, isEphemeral: true }] : [];
  });
}

/** Whether a claim and its volume are bound to each other (kube-scheduler: `isPVCFullyBound`). */
export function isBound({ spec, metadata }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && annotationsOf(metadata)[bindCompleted] !== undefined;
}

/** The class of a claim or volume; `''` for none. */
export function classOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return annotationsOf(metadata)[betaClass] ?? spec?.storageClassName ?? '';
}

/** Whether a claim gets its volume only when a Pod needs it. */
export function waitsForConsumer(claim: PersistentVolumeClaim, storage: Storage): boolean {
  const storageClass = storage.storageClass(classOf(claim));
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** The annotations of an object, as a record. */
export function annotationsOf(metadata: { annotations?: unknown }): Record<string, string> {
  return (metadata.annotations ?? {}) as Record<string, string>;
}

/** What kube-scheduler says of a claim that does not exist. */
export function claimNotFound(name: string): string {
  return `persistentvolumeclaim "${name}" not found`;
}

/**
 * Whether a Pod names a claim in its volumes; `withEphemeral` also one that is made for an ephemeral volume.
 */
export function usesClaim(
  pod: Pod,
  claim: PersistentVolumeClaim | undefined,
  withEphemeral = false,
): boolean {
  return (
    claim !== undefined &&
    claim.metadata.namespace === pod.metadata.namespace &&
    claimsNamedBy(pod).some(
      ({ name, isEphemeral }) => name === claim.metadata.name && (withEphemeral || !isEphemeral),
    )
  );
}
