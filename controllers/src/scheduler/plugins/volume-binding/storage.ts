import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from '../../../runtime/client/resource.ts';

/** Claims, volumes and classes as the scheduler knows them now. */
export interface Storage {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  /** Of one class; `''` are those without. */
  volumesOfClass(className: string): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
  /** The node that a claim's volume is to be made for, where a Pod was just given that node. */
  assumedNode(claim: PersistentVolumeClaim): string | undefined;
  /** uid of the claim that a volume was just given to. */
  assumedClaim(volumeName: string): string | undefined;
}

const bindCompleted = 'pv.kubernetes.io/bind-completed';
const betaClass = 'volume.beta.kubernetes.io/storage-class';
/** Tells a provisioner where the volume is needed. */
export const selectedNode = 'volume.kubernetes.io/selected-node';

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

/** The claims of a Pod that are there and have no volume yet. */
export function unboundClaimsOf(pod: Pod, storage: Storage): PersistentVolumeClaim[] {
  return claimsNamedBy(pod)
    .map(({ name }) => storage.claim(pod.metadata.namespace ?? '', name))
    .filter((claim) => claim !== undefined && !isBound(claim)) as PersistentVolumeClaim[];
}

/** Whether claim and volume have found each other (kube-scheduler: `isPVCFullyBound`). */
export function isBound({ spec, metadata }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && annotationsOf(metadata)[bindCompleted] !== undefined;
}

/** The class of a claim or volume; `''` for none. */
export function classOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return annotationsOf(metadata)[betaClass] ?? spec?.storageClassName ?? '';
}

/** Whether a claim's volume is looked for only when a Pod needs it. */
export function waitsForConsumer(claim: PersistentVolumeClaim, storage: Storage): boolean {
  const storageClass = storage.storageClass(classOf(claim));
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** The node that a claim's volume is made for already. */
export function nodeOfClaim(claim: PersistentVolumeClaim, storage: Storage): string | undefined {
  return annotationsOf(claim.metadata)[selectedNode] ?? storage.assumedNode(claim);
}

/** The annotations of an object; those of client-node's types are not known as a record. */
export function annotationsOf(metadata: { annotations?: unknown }): Record<string, string> {
  return (metadata.annotations ?? {}) as Record<string, string>;
}
