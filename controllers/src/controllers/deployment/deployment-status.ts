import { formatTime, parseTime } from '../../runtime/clock.ts';
import type { Deployment, ReplicaSet } from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import { resolveFenceposts, wantedReplicas } from './fenceposts.ts';
import { sizeOf, sum } from './owned-replicasets.ts';

export type DeploymentStatus = NonNullable<Deployment['status']>;
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

const noLimit = 2 ** 31 - 1;

export interface StatusObservation {
  deployment: Deployment;
  current: ReplicaSet | undefined;
  old: readonly ReplicaSet[];
  nowMs: number;
  /** The conditions as earlier steps of this sync left them. */
  conditions: readonly DeploymentCondition[];
}

/** Whether slow rollouts are to be reported. */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== noLimit;
}

/** Makes a condition with the given time. */
export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  [reason, message]: readonly [reason: string, message: string],
  nowMs: number,
): DeploymentCondition {
  const now = formatTime(nowMs);
  return { type, status, reason, message, lastUpdateTime: now, lastTransitionTime: now };
}

/** Puts a condition in its place; one of the same status and reason stays unchanged, with its times. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  added: DeploymentCondition,
): DeploymentCondition[] {
  const before = conditions.find(({ type }) => type === added.type);
  if (before?.status === added.status && before.reason === added.reason) return [...conditions];
  const lastTransitionTime =
    (before?.status === added.status && before.lastTransitionTime) || added.lastTransitionTime;
  return [
    ...conditions.filter(({ type }) => type !== added.type),
    { ...added, ...(lastTransitionTime ? { lastTransitionTime } : {}) },
  ];
}

/** The counts and the `Available` condition (Kubernetes: `calculateStatus` of the deployment controller). */
export function deploymentStatus(observation: StatusObservation): DeploymentStatus {
  const { deployment, current, old, nowMs } = observation;
  const all = current ? [...old, current] : old;
  const available = sum(all, ({ status }) => status?.availableReplicas);
  const enough = available >= wantedReplicas(deployment) - resolveFenceposts(deployment).maxUnavailable;
  const availability = enough
    ? condition(
        'Available',
        'True',
        ['MinimumReplicasAvailable', 'Deployment has minimum availability.'],
        nowMs,
      )
    : condition(
        'Available',
        'False',
        ['MinimumReplicasUnavailable', 'Deployment does not have minimum availability.'],
        nowMs,
      );
  const terminating = terminatingReplicas(all);
  const { collisionCount } = deployment.status ?? {};
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: sum(all, ({ status }) => status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, sizeOf) - available),
    ...(terminating === undefined ? {} : { terminatingReplicas: terminating }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withCondition(observation.conditions, availability),
  };
}

/**
 * The same, with what a rollout in progress adds: `Progressing` and `ReplicaFailure` (Kubernetes:
 * `syncRolloutStatus`).
 */
export function rolloutStatus(observation: StatusObservation): DeploymentStatus {
  const { deployment, current, old, nowMs } = observation;
  const status = deploymentStatus(observation);
  let conditions = status.conditions ?? [];
  const before = observation.conditions.find(({ type }) => type === 'Progressing');
  const finished = status.replicas === status.updatedReplicas && before?.reason === 'NewReplicaSetAvailable';
  const subject = current
    ? `ReplicaSet "${current.metadata.name}"`
    : `Deployment "${deployment.metadata.name}"`;

  if (!hasProgressDeadline(deployment)) conditions = conditions.filter(({ type }) => type !== 'Progressing');
  else if (!finished) {
    if (isComplete(deployment, status)) {
      const words = ['NewReplicaSetAvailable', `${subject} has successfully progressed.`] as const;
      conditions = withCondition(conditions, condition('Progressing', 'True', words, nowMs));
    } else if (hasProgressed(deployment.status, status)) {
      const words = ['ReplicaSetUpdated', `${subject} is progressing.`] as const;
      const progressing = condition('Progressing', 'True', words, nowMs);
      // Unlike others this condition is renewed under the same reason: its lastUpdateTime is the time of
      // progress.
      const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
      conditions = [
        ...conditions.filter(({ type }) => type !== 'Progressing'),
        { ...progressing, ...(since ? { lastTransitionTime: since } : {}) },
      ];
    } else if (hasTimedOut(deployment, before, nowMs)) {
      const words = ['ProgressDeadlineExceeded', `${subject} has timed out progressing.`] as const;
      conditions = withCondition(conditions, condition('Progressing', 'False', words, nowMs));
    }
  }

  const failure = [...(current ? [current] : []), ...old]
    .flatMap((replicaSet) => replicaSet.status?.conditions ?? [])
    .find(({ type }) => type === 'ReplicaFailure');
  if (failure) {
    const { lastTransitionTime } = failure;
    const times = lastTransitionTime ? { lastTransitionTime, lastUpdateTime: lastTransitionTime } : {};
    conditions = withCondition(conditions, { ...failure, ...times });
  } else conditions = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return { ...status, conditions };
}

/** All replicas are of the current template and available, and no old ones are left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = wantedReplicas(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const oldReplicas = (status: DeploymentStatus | undefined) =>
    (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    oldReplicas(after) < oldReplicas(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function hasTimedOut(
  deployment: Deployment,
  progressing: DeploymentCondition | undefined,
  nowMs: number,
): boolean {
  if (!progressing || progressing.reason === 'NewReplicaSetAvailable') return false;
  if (progressing.reason === 'ProgressDeadlineExceeded') return true;
  return (deadlineMs(deployment, progressing) ?? Infinity) < nowMs;
}

function deadlineMs({ spec }: Deployment, progressing: DeploymentCondition): number | undefined {
  const from = parseTime(progressing.lastUpdateTime);
  return from === undefined ? undefined : from + (spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/**
 * Milliseconds until a rollout that shows nothing new has to be looked at again; undefined when there is no
 * need.
 */
export function nextProgressCheckMs(
  deployment: Deployment,
  status: DeploymentStatus,
  nowMs: number,
): number | undefined {
  const progressing = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  if (!hasProgressDeadline(deployment) || !progressing) return undefined;
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  const deadline = deadlineMs(deployment, progressing);
  // A second more, because the times are whole seconds.
  return deadline === undefined ? undefined : Math.max(0, deadline - nowMs) + 1000;
}

/** Undefined where a ReplicaSet was written by a controller that does not count them. */
function terminatingReplicas(replicaSets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of replicaSets) {
    if (status?.terminatingReplicas === undefined && (status?.observedGeneration ?? 0) > 0) return undefined;
    total += status?.terminatingReplicas ?? 0;
  }
  return total;
}

/** Whether writing the status would change nothing. */
export function sameStatus(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const numbers = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
  ] as const;
  return (
    numbers.every((field) => (before?.[field] ?? 0) === (after[field] ?? 0)) &&
    before?.terminatingReplicas === after.terminatingReplicas &&
    before?.collisionCount === after.collisionCount &&
    semanticEqual(before?.conditions ?? [], after.conditions ?? [])
  );
}
