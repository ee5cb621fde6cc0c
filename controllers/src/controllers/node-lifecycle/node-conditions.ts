import type { Taint } from '../../selectors/tolerations.ts';
import type { Node } from '../../runtime/client/resource.ts';

/** One condition of a Node. */
export type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

/** A taint as a Node has it. */
export type NodeTaint = Taint & { timeAdded?: string };

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';

/** The node reports that it is not ready: its Pods are evicted, unless they tolerate it. */
export const notReadyTaint: NodeTaint = { key: notReady, effect: 'NoExecute' };
/** The node does not report any more: its Pods are evicted, unless they tolerate it. */
export const unreachableTaint: NodeTaint = { key: unreachable, effect: 'NoExecute' };

/** Condition → status → key of the taint that follows from it. */
const taintsOfConditions: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map([
  ['Ready', { False: notReady, Unknown: unreachable }],
  ['MemoryPressure', { True: 'node.kubernetes.io/memory-pressure' }],
  ['DiskPressure', { True: 'node.kubernetes.io/disk-pressure' }],
  ['NetworkUnavailable', { True: 'node.kubernetes.io/network-unavailable' }],
  ['PIDPressure', { True: 'node.kubernetes.io/pid-pressure' }],
]);

const ownKeys = new Set([
  unschedulable,
  ...[...taintsOfConditions.values()].flatMap((byStatus) => Object.values(byStatus)),
]);

/** The condition of a type; undefined when it was never reported. */
export function conditionOf(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** The taints of a Node. */
export function taintsOf(node: Node): readonly NodeTaint[] {
  return (node.spec?.taints ?? []) as NodeTaint[];
}

/** Whether one is the other: a key and an effect make a taint (Kubernetes: `Taint.MatchTaint`). */
export function isSameTaint(one: Taint, other: Taint): boolean {
  return one.key === other.key && one.effect === other.effect;
}

/**
 * The `NoSchedule` taints to add to a Node and to remove from it, by its conditions and by
 * `spec.unschedulable`. Taints with other keys stay (Kubernetes: `doNoScheduleTaintingPass`).
 */
export function noScheduleDifference(node: Node): { add: NodeTaint[]; remove: NodeTaint[] } {
  const wanted: NodeTaint[] = [];
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = taintsOfConditions.get(type)?.[status];
    if (key !== undefined) wanted.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec?.unschedulable) wanted.push({ key: unschedulable, effect: 'NoSchedule' });
  const present = taintsOf(node).filter(({ key, effect }) => effect === 'NoSchedule' && ownKeys.has(key));
  const lacks = (list: readonly NodeTaint[]) => (taint: NodeTaint) =>
    !list.some((one) => isSameTaint(one, taint));
  return { add: wanted.filter(lacks(present)), remove: present.filter(lacks(wanted)) };
}

/** The conditions that a kubelet reports, and that become Unknown when it stops. */
const reportedByKubelet = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * The conditions of a Node that did not report for too long: `Unknown`, whatever they were. `now` and the
 * times of the Node are RFC 3339 (Kubernetes: `tryUpdateNodeHealth`).
 */
export function unknownConditions(node: Node, now: string): NodeCondition[] {
  const conditions = (node.status?.conditions ?? []).map((condition) =>
    reportedByKubelet.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: now,
        }
      : condition,
  );
  for (const type of reportedByKubelet) {
    if (conditions.some((condition) => condition.type === type)) continue;
    conditions.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
      lastTransitionTime: now,
    });
  }
  return conditions;
}

/** The failure domain of a Node, empty where its labels name none (Kubernetes: `GetZoneKey`). */
export function zoneOf({ metadata: { labels = {} } }: Node): string {
  const zone =
    labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region =
    labels['failure-domain.beta.kubernetes.io/region'] ?? labels['topology.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}

/** Labels that old clients read, beside those that replaced them. */
const oldLabels = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const;

/** The old labels that a Node lacks or that differ from the new ones (Kubernetes: `reconcileNodeLabels`). */
export function labelsToMend({ metadata: { labels = {} } }: Node): Record<string, string> {
  const mended: Record<string, string> = {};
  for (const [label, old] of oldLabels) {
    const value = labels[label];
    if (value !== undefined && labels[old] !== value) mended[old] = value;
  }
  return mended;
}
