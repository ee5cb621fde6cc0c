import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { semanticEqual } from '../../../runtime/semantic-equal.ts';
import { podInfoOf } from '../nodes/pod-info.ts';
import { Action, type ClusterEvent } from './cluster-event.ts';

/** What of a Pod's change plugins can register for, with the bits of `Action`. */
const podChanges: readonly (readonly [action: number, changed: (before: Pod, after: Pod) => boolean])[] = [
  [
    Action.updatePodLabel,
    (before, after) => !semanticEqual({ labels: before.metadata.labels }, { labels: after.metadata.labels }),
  ],
  [Action.updatePodScaleDown, isScaledDown],
  [
    Action.updatePodSchedulingGatesEliminated,
    (before, after) =>
      (after.spec?.schedulingGates ?? []).length === 0 && (before.spec?.schedulingGates ?? []).length > 0,
  ],
  // The API lets tolerations be added, and neither be changed nor removed.
  [
    Action.updatePodToleration,
    (before, after) => (before.spec?.tolerations ?? []).length !== (after.spec?.tolerations ?? []).length,
  ],
];

/**
 * The events that an update of a Pod means (kube-scheduler: `PodSchedulingPropertiesChange`); at least one.
 */
export function podSchedulingChanges(before: Pod, after: Pod): ClusterEvent[] {
  const resource = after.spec?.nodeName ? 'AssignedPod' : 'UnschedulablePod';
  const events = podChanges
    .filter(([, changed]) => changed(before, after))
    .map(([action]): ClusterEvent => ({ resource, action }));
  return events.length > 0 ? events : [{ resource, action: Action.update }];
}

function isScaledDown(before: Pod, after: Pod): boolean {
  const { requests } = podInfoOf(after);
  for (const [name, amount] of podInfoOf(before).requests)
    if (amount > (requests.get(name) ?? 0)) return true;
  return false;
}

const nodeChanges: readonly (readonly [action: number, changed: (before: Node, after: Node) => boolean])[] = [
  [
    Action.updateNodeTaint,
    (before, after) => Boolean(before.spec?.unschedulable) && !after.spec?.unschedulable,
  ],
  [
    Action.updateNodeAllocatable,
    (before, after) =>
      !semanticEqual({ limits: before.status?.allocatable }, { limits: after.status?.allocatable }),
  ],
  [
    Action.updateNodeLabel,
    (before, after) => !semanticEqual({ labels: before.metadata.labels }, { labels: after.metadata.labels }),
  ],
  [
    Action.updateNodeTaint,
    (before, after) => !semanticEqual({ taints: before.spec?.taints }, { taints: after.spec?.taints }),
  ],
  [Action.updateNodeCondition, (before, after) => !semanticEqual(conditionsOf(before), conditionsOf(after))],
  [
    Action.updateNodeAnnotation,
    (before, after) =>
      !semanticEqual(
        { annotations: before.metadata.annotations },
        { annotations: after.metadata.annotations },
      ),
  ],
];

/**
 * The events that an update of a Node means (kube-scheduler: `NodeSchedulingPropertiesChange`); none where
 * nothing changed that matters to scheduling, as in heartbeats.
 */
export function nodeSchedulingChanges(before: Node, after: Node): ClusterEvent[] {
  return nodeChanges
    .filter(([, changed]) => changed(before, after))
    .map(([action]): ClusterEvent => ({ resource: 'Node', action }));
}

/** Status by type: when a condition was seen last does not matter. */
function conditionsOf({ status }: Node): [string, string][] {
  return (status?.conditions ?? []).map(({ type, status: value }): [string, string] => [type, value]).sort();
}
