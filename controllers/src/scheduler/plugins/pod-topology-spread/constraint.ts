import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { isEmptySelector, type LabelSelector, matchesSelector } from '../../../selectors/label-selector.ts';
import { allowsNode } from '../../../selectors/node-selector.ts';
import { type Taint, type Toleration, untolerated } from '../../../selectors/tolerations.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';

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

/** The constraints of a Pod, hard ones (`DoNotSchedule`) or soft ones (`ScheduleAnyway`). */
export function constraintsOf(
  { spec }: Pod,
  whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway',
): SpreadConstraint[] {
  return ((spec?.topologySpreadConstraints ?? []) as SpreadConstraint[]).filter(
    (constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable,
  );
}

/** Whether labels are those of Pods that the constraint of `pod` spreads. */
export function selects(
  { labelSelector, matchLabelKeys = [] }: SpreadConstraint,
  pod: Pod,
  labels: Record<string, string> | undefined,
): boolean {
  return (
    matchesSelector(labelSelector, labels) &&
    matchLabelKeys.every((key) => {
      const value = ownValue(pod.metadata.labels, key);
      return value === undefined || value === ownValue(labels, key);
    })
  );
}

/**
 * How many Pods of a node the constraint of `pod` spreads (kube-scheduler: `countPodsMatchSelector`). A
 * selector without requirements counts none.
 */
export function countSelected(constraint: SpreadConstraint, pod: Pod, { pods }: NodeInfo): number {
  const hasKeys = (constraint.matchLabelKeys ?? []).some(
    (key) => ownValue(pod.metadata.labels, key) !== undefined,
  );
  if (!hasKeys && isEmptySelector(constraint.labelSelector)) return 0;
  let count = 0;
  for (const { metadata } of pods.values()) {
    if (metadata.deletionTimestamp !== undefined || metadata.namespace !== pod.metadata.namespace) continue;
    if (selects(constraint, pod, metadata.labels)) count++;
  }
  return count;
}

/** Whether a node has the labels of all constraints (kube-scheduler: `nodeLabelsMatchSpreadConstraints`). */
export function hasAllTopologies(node: Node | undefined, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => ownValue(node?.metadata.labels, topologyKey) !== undefined);
}

/** Whether the constraint of `pod` counts a node, by its policies for node affinity and taints. */
export function includesNode(constraint: SpreadConstraint, pod: Pod, node: Node): boolean {
  if (constraint.nodeAffinityPolicy !== 'Ignore' && !allowsNode(pod, node)) return false;
  if (constraint.nodeTaintsPolicy !== 'Honor') return true;
  const tolerations = (pod.spec?.tolerations ?? []) as Toleration[];
  const taints = (node.spec?.taints ?? []) as Taint[];
  return untolerated(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined;
}
