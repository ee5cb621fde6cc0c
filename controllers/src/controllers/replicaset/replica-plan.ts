import type { Pod, ReplicaSet } from '../../runtime/client/resource.ts';
import { choosePodsToDelete } from '../../runtime/workload/deletion-order.ts';

/** No more Pods than this are created or deleted before their events were seen. */
const burstReplicas = 500;

/** What to do about the number of Pods. */
export type ReplicaPlan = { create: number } | { delete: Pod[] };

/**
 * Decides how many Pods to create, or which to delete (Kubernetes: `ReplicaSetController.manageReplicas`).
 * `related` gives the Pods of all ReplicaSets of the same owner; see `choosePodsToDelete`.
 */
export function planReplicas(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  related: () => readonly Pod[],
  nowMs: number,
): ReplicaPlan {
  const missing = (replicaSet.spec?.replicas ?? 1) - active.length;
  if (missing >= 0) return { create: Math.min(missing, burstReplicas) };
  return { delete: choosePodsToDelete(active, related(), Math.min(-missing, burstReplicas), nowMs) };
}
