import type { Deployment, ReplicaSet } from '../runtime/resource.ts';
import { resolveFenceposts, wantedReplicas } from './fenceposts.ts';

/** Counts the rollouts of a Deployment; on the Deployment and on each of its ReplicaSets. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
/** The earlier revisions of a ReplicaSet that was rolled back to. */
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
/** The Deployment's size when the ReplicaSet was last scaled: how a scaling is told from a rollout. */
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
/** The same with the surge: what a ReplicaSet's share is measured by. */
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas';

const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
]);

const longestHistoryCharacters = 2000;

/** The revision of a ReplicaSet; 0 while it has none, undefined when it is no number. */
function revisionOf(replicaSet: ReplicaSet): number | undefined {
  const text = replicaSet.metadata.annotations?.[revisionAnnotation];
  if (text === undefined) return 0;
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** The revision that the ReplicaSet of the current template has, or gets: one above all others. */
export function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map((replicaSet) => revisionOf(replicaSet) ?? 0)) + 1;
}

/** Sorts by revision, oldest first; ties keep their order. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  return (revisionOf(a) ?? 0) - (revisionOf(b) ?? 0);
}

/**
 * The annotations that the ReplicaSet of the current template should have (Kubernetes:
 * `deploymentutil.SetNewReplicaSetAnnotations`): the Deployment's, and its revision. A revision only ever rises; when it does on a
 * ReplicaSet that had one, somebody rolled back to it, and the old one goes to the history: "1,4".
 */
export function annotationsOfCurrent(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  revision: number,
): Record<string, string> {
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(key)) annotations[key] = value;
  }
  const before = annotations[revisionAnnotation];
  if (before !== undefined && before !== '' && !/^-?\d+$/.test(before)) return annotations;
  if (Number(before ?? 0) >= revision) return annotations;
  annotations[revisionAnnotation] = String(revision);
  if (before !== undefined) {
    const history = annotations[revisionHistoryAnnotation];
    annotations[revisionHistoryAnnotation] = appendHistory(history, before);
  }
  return annotations;
}

function appendHistory(history: string | undefined, revision: string): string {
  if (!history) return revision;
  const revisions = [...history.split(','), revision];
  while (revisions.length > 1 && revisions.join(',').length > longestHistoryCharacters) revisions.shift();
  return revisions.join(',');
}

/** The two annotations that record the Deployment's size on a ReplicaSet. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = wantedReplicas(deployment);
  return {
    [desiredReplicasAnnotation]: String(replicas),
    [maxReplicasAnnotation]: String(replicas + resolveFenceposts(deployment).maxSurge),
  };
}

/** A count from an annotation; undefined when it is absent or no non-negative int32. */
export function countAnnotation(replicaSet: ReplicaSet, annotation: string): number | undefined {
  const text = replicaSet.metadata.annotations?.[annotation];
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  return count < 2 ** 31 ? count : undefined;
}
