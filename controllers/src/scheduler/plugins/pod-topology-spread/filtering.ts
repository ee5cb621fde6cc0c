import { ownValue } from '@pg8s/k8s-proto/own-value';
import { type LabelSelector, matchesSelector } from '../../../selectors/label-selector.ts';
import type { Pod } from '../../../runtime/client/resource.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { type Filter, type Refusal, unresolvable } from '../../framework/filter.ts';
import { allowsNode } from '../../../selectors/node-selector.ts';
import { type Taint, type Toleration, untolerated } from '../../../selectors/tolerations.ts';

/** `core/v1.TopologySpreadConstraint` as JSON. */
export interface SpreadConstraint {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable: string;
  labelSelector?: LabelSelector;
  minDomains?: number;
  nodeAffinityPolicy?: string;
  nodeTaintsPolicy?: string;
  matchLabelKeys?: string[];
}

/** Whether `other` counts for the constraint of `pod`. */
function countsFor(constraint: SpreadConstraint, pod: Pod, other: Pod): boolean {
  return (
    other.metadata.namespace === pod.metadata.namespace &&
    other.metadata.deletionTimestamp === undefined &&
    matchesSelector(constraint.labelSelector, other.metadata.labels) &&
    (constraint.matchLabelKeys ?? []).every(
      (key) =>
        ownValue(pod.metadata.labels, key) === undefined ||
        ownValue(pod.metadata.labels, key) === ownValue(other.metadata.labels, key),
    )
  );
}

/** The Pods of a node that count for the constraint of `pod`. */
export function podsThatCount(constraint: SpreadConstraint, pod: Pod, node: NodeInfo): number {
  let count = 0;
  for (const other of node.pods.values()) if (countsFor(constraint, pod, other)) count++;
  return count;
}

/** The value of the constraint's label on a node; undefined where the constraint of `pod` does not count the node. */
export function countedDomain(
  constraint: SpreadConstraint,
  pod: Pod,
  { node }: NodeInfo,
): string | undefined {
  const domain = ownValue(node?.metadata.labels, constraint.topologyKey);
  if (!node || domain === undefined) return undefined;
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !allowsNode(pod, node)) return undefined;
  if (constraint.nodeTaintsPolicy !== 'Honor') return domain;
  const tolerations = (pod.spec?.tolerations ?? []) as Toleration[];
  const taints = (node.spec?.taints ?? []) as Taint[];
  return untolerated(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined ? domain : undefined;
}

/** Matching Pods by topology value, over the nodes that the constraint counts. */
function domainCounts(
  constraint: SpreadConstraint,
  pod: Pod,
  nodes: readonly NodeInfo[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const info of nodes) {
    const domain = countedDomain(constraint, pod, info);
    if (domain === undefined) continue;
    counts.set(domain, (counts.get(domain) ?? 0) + podsThatCount(constraint, pod, info));
  }
  return counts;
}

/** Hard topology spread constraints (kube-scheduler: `PodTopologySpread`). */
export const topologySpread: Filter = (pod, nodes) => {
  const constraints = ((pod.spec?.topologySpreadConstraints ?? []) as SpreadConstraint[]).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  if (constraints.length === 0) return undefined;
  const rules = constraints.map((constraint) => {
    const counts = domainCounts(constraint, pod, nodes);
    const tooFew = counts.size < (constraint.minDomains ?? 1);
    return {
      constraint,
      counts,
      least: tooFew ? 0 : Math.min(...counts.values()),
      self: countsFor(constraint, pod, pod) ? 1 : 0,
    };
  });
  return ({ node }): Refusal | undefined => {
    for (const { constraint, counts, least, self } of rules) {
      const domain = ownValue(node?.metadata.labels, constraint.topologyKey);
      if (domain === undefined) {
        return unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");
      }
      if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) {
        return { reasons: ["node(s) didn't match pod topology spread constraints"], unresolvable: false };
      }
    }
    return undefined;
  };
};
