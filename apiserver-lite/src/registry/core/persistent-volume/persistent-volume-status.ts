import type { V1PersistentVolumeStatus } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';

type Times = { phase?: string; lastPhaseTransitionTime?: string };

/** When the phase of a volume changed, unless the request has it. */
export function stampPhase(object: KubeObject, old: KubeObject, now: string): void {
  const status = (object['status'] ?? {}) as Times & Omit<V1PersistentVolumeStatus, keyof Times>;
  const before = (old['status'] ?? {}) as Times;
  const isOld =
    status.lastPhaseTransitionTime === undefined ||
    status.lastPhaseTransitionTime === before.lastPhaseTransitionTime;
  if (status.phase !== before.phase && isOld) {
    object['status'] = { ...status, lastPhaseTransitionTime: now };
  }
}
