import { parseInt64 } from '../../runtime/int64.ts';
import type { Deployment, ReplicaSet } from '../../runtime/client/resource.ts';
import { resolveFenceposts, wantedReplicas } from './fenceposts.ts';

/** Counts the rollouts of a Deployment; on the Deployment and on each of its ReplicaSets. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';
/** The earlier revisions of a ReplicaSet that was rolled back to. */
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history';
/** The Deployment's size when the ReplicaSet was last scaled: it distinguishes a scaling from a rollout. */
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas';
/** The same with the surge: a ReplicaSet's share is a fraction of it. */
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

/**
 * The revision of a ReplicaSet; 0 while it has none, undefined when it is no number. Users may write any
 * int64 there.
 */
function revisionOf(replicaSet: ReplicaSet): bigint | undefined {
  const text = replicaSet.metadata.annotations?.[revisionAnnotation];
  return text === undefined ? 0n : parseInt64(text);
}

/** The revision that the ReplicaSet of the current template has, or gets: one above all others. */
export function nextRevision(old: readonly ReplicaSet[]): bigint {
  let highest = 0n;
  for (const replicaSet of old) {
    const revision = revisionOf(replicaSet) ?? 0n;
    if (revision > highest) highest = revision;
  }
  // After the highest int64 follows the lowest, as in Go; it is never written.
  return BigInt.asIntN(64, highest + 1n);
}

/** Sorts by revision, oldest first; ties keep their order. */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const [one, other] = [revisionOf(a) ?? 0n, revisionOf(b) ?? 0n];
  return one < other ? -1 : Number(one > other);
}

/**
 * The annotations that the ReplicaSet of the current template should have (Kubernetes:
 * `deploymentutil.SetNewReplicaSetAnnotations`): the Deployment's, and its revision. A revision only ever
 * rises; when it does on a ReplicaSet that had one, a user rolled back to it, and the old one goes to the
 * history: "1,4".
 */
export function annotationsOfCurrent(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  revision: bigint,
): Record<string, string> {
  const annotations: Record<string, string> = { ...current?.metadata.annotations };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(key)) annotations[key] = value;
  }
  const before = annotations[revisionAnnotation];
  const revisionBefore = before ? parseInt64(before) : 0n;
  if (revisionBefore === undefined || revisionBefore >= revision) return annotations;
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
