import { formatTime } from '../../runtime/clock.ts';
import { isAvailable, isReady, readySinceMs } from '../../runtime/workload/pod-state.ts';
import type { Pod, ReplicaSet } from '../../runtime/client/resource.ts';

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

export interface ReplicaSetObservation {
  replicaSet: ReplicaSet;
  /** The Pods that count as replicas. */
  active: readonly Pod[];
  /** The Pods that are being deleted. */
  terminating: readonly Pod[];
  /** Why the last creation or deletion failed. */
  failure: unknown;
  nowMs: number;
}

/** The status of a ReplicaSet with these Pods (Kubernetes: `replicaset.calculateStatus`). */
export function replicaSetStatus(observation: ReplicaSetObservation): ReplicaSetStatus {
  const { replicaSet, active, terminating, failure, nowMs } = observation;
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0;
  const wantedLabels = Object.entries(replicaSet.spec?.template?.metadata?.labels ?? {});
  const labelled = active.filter((pod) =>
    wantedLabels.every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  const before = replicaSet.status;
  const conditions = conditionsAfter(observation);
  return {
    replicas: active.length,
    fullyLabeledReplicas: labelled.length,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
    terminatingReplicas: terminating.length,
    observedGeneration: replicaSet.metadata.generation ?? 0,
    ...(failure === undefined && before?.conditions === undefined ? {} : { conditions }),
  };
}

function conditionsAfter({ replicaSet, active, failure, nowMs }: ReplicaSetObservation) {
  const before = replicaSet.status?.conditions ?? [];
  const failed = before.some(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return before.filter(({ type }) => type !== 'ReplicaFailure');
  // The first failure stays until there is none: its time is that of the first one.
  if (failed) return before;
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  return [
    ...before,
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: missing > 0 ? 'FailedCreate' : 'FailedDelete',
      message: failure instanceof Error ? failure.message : String(failure),
      lastTransitionTime: formatTime(nowMs),
    },
  ];
}

/** Whether writing the status would change anything. */
export function statusDiffers(before: ReplicaSetStatus | undefined, after: ReplicaSetStatus): boolean {
  const numbers = [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'observedGeneration',
  ] as const;
  return (
    numbers.some((field) => (before?.[field] ?? 0) !== (after[field] ?? 0)) ||
    // A pointer in Go: absent is not 0.
    before?.terminatingReplicas !== after.terminatingReplicas ||
    JSON.stringify(before?.conditions ?? []) !== JSON.stringify(after.conditions ?? [])
  );
}

/** Milliseconds until the next ready Pod becomes available; undefined when none is waiting for time only. */
export function nextAvailabilityMs(
  active: readonly Pod[],
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  let soonest: number | undefined;
  for (const pod of active) {
    const since = readySinceMs(pod);
    if (since === undefined) continue;
    const left = since + minReadySeconds * 1000 - nowMs;
    if (left > 0 && (soonest === undefined || left < soonest)) soonest = left;
  }
  return soonest;
}
