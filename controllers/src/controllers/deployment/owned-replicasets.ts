import type { Deployment, PodTemplate, ReplicaSet } from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';

/** The label by which the Pods of a Deployment's ReplicaSets differ. */
export const podTemplateHashLabel = 'pod-template-hash';

/** `spec.replicas`, with the API's default. */
export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 1;
}

/** Has Pods, or should have. */
export function isScaledUp(replicaSet: ReplicaSet): boolean {
  return sizeOf(replicaSet) > 0;
}

/** Adds up one number over ReplicaSets. */
export function sum(
  replicaSets: readonly ReplicaSet[],
  number: (replicaSet: ReplicaSet) => number | undefined,
): number {
  return replicaSets.reduce((total, replicaSet) => total + (number(replicaSet) ?? 0), 0);
}

/** Oldest first; by name where they were created in the same second. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
    compare(a.metadata.name ?? '', b.metadata.name ?? '')
  );
}

/** Largest first; of one size the newest first. For scaling up. */
export function bySizeNewest(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(b, a);
}

/** Largest first; of one size the oldest first. For scaling down. */
export function bySizeOldest(a: ReplicaSet, b: ReplicaSet): number {
  return sizeOf(b) - sizeOf(a) || byAge(a, b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Whether two templates are equal except for the hash label, which only a ReplicaSet's has. */
export function sameTemplate(a: PodTemplate | undefined, b: PodTemplate | undefined): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplate | undefined): unknown {
  const labels = { ...template?.metadata?.labels };
  delete labels[podTemplateHashLabel];
  return { metadata: { ...template?.metadata, labels, creationTimestamp: undefined }, spec: template?.spec };
}

/** The ReplicaSet of the current template, if there is one, and all others. */
export interface Generations {
  current: ReplicaSet | undefined;
  /** Oldest first. */
  old: ReplicaSet[];
}

/** Finds the ReplicaSet of the Deployment's template; of several, after an upgrade, the oldest. */
export function splitGenerations(deployment: Deployment, replicaSets: readonly ReplicaSet[]): Generations {
  const sorted = [...replicaSets].sort(byAge);
  const current = sorted.find(({ spec }) => sameTemplate(spec?.template, deployment.spec?.template));
  return { current, old: sorted.filter((replicaSet) => replicaSet !== current) };
}
