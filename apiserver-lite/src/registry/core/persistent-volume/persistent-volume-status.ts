import type { V1PersistentVolume, V1PersistentVolumeStatus } from '@pg8s/k8s-proto/generated/models';

type Times = { phase?: string; lastPhaseTransitionTime?: string };

/** When the phase of a volume changed, unless the request has it. */
export function stampPhase(object: V1PersistentVolume, old: V1PersistentVolume, now: string): void {
  const status = (object.status ?? {}) as Times & Omit<V1PersistentVolumeStatus, keyof Times>;
  const before = (old.status ?? {}) as Times;
  const isOld =
    status.lastPhaseTransitionTime === undefined ||
    status.lastPhaseTransitionTime === before.lastPhaseTransitionTime;
  if (status.phase !== before.phase && isOld) {
    object.status = { ...status, lastPhaseTransitionTime: now };
  }
}
