import { isTerminal } from '../../runtime/workload/pod-state.ts';
import type { Deployment, Pod, ReplicaSet } from '../../runtime/client/resource.ts';
import { isRollingUpdate, resolveFenceposts, wantedReplicas } from './fenceposts.ts';
import { byAge, type Generations, isScaledUp, sizeOf, sum } from './owned-replicasets.ts';
import type { Scaling } from './scaling.ts';

/** One step of a rollout. */
export interface RolloutStep {
  /** Create the ReplicaSet of the current template with so many replicas. */
  create?: number;
  scalings: Scaling[];
}

/**
 * The next step towards the current template, by the Deployment's strategy. Each step waits until the cache
 * shows the one before.
 */
export function planRollout(
  deployment: Deployment,
  generations: Generations,
  podsOf: (replicaSet: ReplicaSet) => readonly Pod[],
): RolloutStep {
  return isRollingUpdate(deployment)
    ? planRollingUpdate(deployment, generations)
    : planRecreate(deployment, generations, podsOf);
}

/**
 * Scales the new ReplicaSet up as far as the surge allows, else the old ones down as far as availability
 * allows.
 */
function planRollingUpdate(deployment: Deployment, { current, old }: Generations): RolloutStep {
  const create = current ? undefined : sizeAfterSurge(deployment, old, undefined);
  if (current) {
    const replicas = sizeAfterSurge(deployment, old, current);
    if (replicas !== sizeOf(current)) return { scalings: [{ replicaSet: current, replicas }] };
  }
  const scalings = planScaleDown(deployment, { current, old }, create ?? 0);
  return { ...(create === undefined ? {} : { create }), scalings };
}

/** The size the new ReplicaSet may have now (Kubernetes: `deploymentutil.NewRSNewReplicas`). */
function sizeAfterSurge(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  current: ReplicaSet | undefined,
): number {
  const wanted = wantedReplicas(deployment);
  const size = current ? sizeOf(current) : 0;
  if (size >= wanted) return wanted;
  const room = wanted + resolveFenceposts(deployment).maxSurge - sum(old, sizeOf) - size;
  return size + Math.max(0, Math.min(room, wanted - size));
}

/**
 * Scales old ReplicaSets down: first their Pods that are not available anyway, then as many as are available
 * beyond the minimum (Kubernetes: `reconcileOldReplicaSets`). New Pods that are not yet available count
 * against it, so that a rollout that fails does not remove the old Pods:
 *
 *     10 replicas, 2 may be unavailable, surge 3; 8 old, 5 new of which none becomes available:
 *     13 − 8 − 5 = 0, so no old Pod is deleted.
 */
function planScaleDown(deployment: Deployment, { current, old }: Generations, created: number): Scaling[] {
  const active = old.filter(isScaledUp).sort(byAge);
  const oldSize = sum(active, sizeOf);
  if (oldSize === 0) return [];
  const minAvailable = wantedReplicas(deployment) - resolveFenceposts(deployment).maxUnavailable;
  const newSize = current ? sizeOf(current) : created;
  const newUnavailable = newSize - (current?.status?.availableReplicas ?? 0);
  const mostDown = oldSize + newSize - minAvailable - newUnavailable;
  if (mostDown <= 0) return [];

  const sizes = new Map(active.map((replicaSet) => [replicaSet, sizeOf(replicaSet)]));
  let cleaned = 0;
  for (const replicaSet of active) {
    const unavailable = sizeOf(replicaSet) - (replicaSet.status?.availableReplicas ?? 0);
    const down = Math.min(mostDown - cleaned, unavailable);
    if (down <= 0) continue;
    sizes.set(replicaSet, sizeOf(replicaSet) - down);
    cleaned += down;
  }

  const available = sum(current ? [...active, current] : active, ({ status }) => status?.availableReplicas);
  let spare = available - minAvailable;
  for (const replicaSet of active) {
    const size = sizes.get(replicaSet) ?? 0;
    const down = Math.min(size, spare);
    if (down <= 0) continue;
    sizes.set(replicaSet, size - down);
    spare -= down;
  }
  return active
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet) ?? 0 }))
    .filter(({ replicaSet, replicas }) => replicas !== sizeOf(replicaSet));
}

/** Ends all old Pods before the first new one starts. */
function planRecreate(
  deployment: Deployment,
  { current, old }: Generations,
  podsOf: (replicaSet: ReplicaSet) => readonly Pod[],
): RolloutStep {
  const active = old.filter(isScaledUp);
  if (active.length > 0) return { scalings: active.map((replicaSet) => ({ replicaSet, replicas: 0 })) };
  const counted = sum(old, ({ status }) => status?.replicas) > 0;
  const running = old.some((replicaSet) => podsOf(replicaSet).some((pod) => !isTerminal(pod)));
  if (counted || running) return { scalings: [] };
  const wanted = wantedReplicas(deployment);
  if (!current) return { create: wanted, scalings: [] };
  return { scalings: sizeOf(current) === wanted ? [] : [{ replicaSet: current, replicas: wanted }] };
}
