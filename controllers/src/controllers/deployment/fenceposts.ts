import type { Deployment } from '../../runtime/client/resource.ts';
import { scaledValue } from '../../runtime/workload/int-or-percent.ts';

/** How many replicas a rolling update may have above and below the wanted number. */
export interface Fenceposts {
  maxSurge: number;
  maxUnavailable: number;
}

/**
 * Resolves both bounds together (Kubernetes: `deploymentutil.ResolveFenceposts`): surge is rounded up,
 * unavailability down, and where both come out as nothing one replica may be unavailable, else no rollout
 * could ever move. For example, of 1 replica: 25% and 25% give surge 1, unavailable 0; surge 0 and 1%
 * unavailable give 0 and 1.
 */
export function resolveFenceposts(deployment: Deployment): Fenceposts {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = wantedReplicas(deployment);
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const surge = scaledValue(maxSurge, replicas, true);
  let unavailable = scaledValue(maxUnavailable, replicas, false);
  if (surge === 0 && unavailable === 0) unavailable = 1;
  return { maxSurge: surge, maxUnavailable: Math.min(unavailable, replicas) };
}

/** `spec.replicas`, with the API's default. */
export function wantedReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1;
}

/** Whether the strategy is RollingUpdate, the API's default. */
export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}
