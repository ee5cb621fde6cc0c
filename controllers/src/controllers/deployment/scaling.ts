import type { Deployment, ReplicaSet } from '../../runtime/client/resource.ts';
import { isRollingUpdate, resolveFenceposts, wantedReplicas } from './fenceposts.ts';
import {
  byAge,
  bySizeNewest,
  bySizeOldest,
  type Generations,
  isScaledUp,
  sizeOf,
  sum,
} from './owned-replicasets.ts';
import { countAnnotation, desiredReplicasAnnotation, maxReplicasAnnotation } from './revision.ts';

/** The size a ReplicaSet should have. */
export interface Scaling {
  replicaSet: ReplicaSet;
  replicas: number;
}

/** Whether the Deployment was scaled since its ReplicaSets were, by the size that they recorded. */
export function wasScaled(deployment: Deployment, replicaSets: readonly ReplicaSet[]): boolean {
  return replicaSets.filter(isScaledUp).some((replicaSet) => {
    const recorded = countAnnotation(replicaSet, desiredReplicasAnnotation);
    return recorded !== undefined && recorded !== wantedReplicas(deployment);
  });
}

/**
 * Scales what is there without moving the rollout on (Kubernetes: `DeploymentController.scale`), after the
 * Deployment was scaled and while it is paused. In the middle of a rollout every ReplicaSet gets its share,
 * so that a faulty template does not get more: of 10 replicas with surge 3, split 8 old and 5 new, scaling to
 * 15 (18 with surge) gives 11 and 7.
 */
export function planScaling(deployment: Deployment, { current, old }: Generations): Scaling[] {
  const wanted = wantedReplicas(deployment);
  const all = current ? [...old, current] : old;
  const active = all.filter(isScaledUp);

  if (active.length <= 1) {
    const only = active[0] ?? current ?? [...old].sort(byAge).at(-1);
    return only && sizeOf(only) !== wanted ? [{ replicaSet: only, replicas: wanted }] : [];
  }
  if (isSaturated(deployment, current))
    return old.filter(isScaledUp).map((replicaSet) => ({ replicaSet, replicas: 0 }));
  if (!isRollingUpdate(deployment)) return [];

  const { maxSurge } = resolveFenceposts(deployment);
  const toAdd = (wanted > 0 ? wanted + maxSurge : 0) - sum(active, sizeOf);
  const sorted = active.sort(toAdd > 0 ? bySizeNewest : bySizeOldest);
  let added = 0;
  const scalings = sorted.map((replicaSet) => {
    const share = shareOf(replicaSet, deployment, toAdd, added);
    added += share;
    return { replicaSet, replicas: sizeOf(replicaSet) + share };
  });
  // What remains after rounding is added to, or taken from, the largest.
  const [largest] = scalings;
  if (largest && toAdd !== 0) largest.replicas = Math.max(0, largest.replicas + toAdd - added);
  return scalings;
}

/** The ReplicaSet of the current template has all replicas, available, and has recorded that number. */
function isSaturated(deployment: Deployment, current: ReplicaSet | undefined): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    current !== undefined &&
    sizeOf(current) === wanted &&
    countAnnotation(current, desiredReplicasAnnotation) === wanted &&
    (current.status?.availableReplicas ?? 0) === wanted
  );
}

/** How many of the replicas to add, or with a negative number to remove, this ReplicaSet gets. */
function shareOf(replicaSet: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  const size = sizeOf(replicaSet);
  if (size === 0 || toAdd === 0 || toAdd === added) return 0;
  const left = toAdd - added;
  const fraction = fractionOf(replicaSet, deployment);
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf(replicaSet: ReplicaSet, deployment: Deployment): number {
  const size = sizeOf(replicaSet);
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -size;
  const before = countAnnotation(replicaSet, maxReplicasAnnotation) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((size * (wanted + resolveFenceposts(deployment).maxSurge)) / before) - size;
}
