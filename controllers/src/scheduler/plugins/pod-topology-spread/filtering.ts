import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Pod } from '../../../runtime/client/resource.ts';
import { stateKey } from '../../framework/cycle-state.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { type Status, unresolvable, unschedulable } from '../../framework/status.ts';
import {
  constraintsOf,
  countSelected,
  hasAllTopologies,
  includesNode,
  selects,
  type SpreadConstraint,
} from './constraint.ts';

/** One hard constraint with what all nodes together say of it. */
export interface HardConstraint {
  readonly constraint: SpreadConstraint;
  /** Selected Pods by topology value, over the nodes that the constraint counts. */
  readonly counts: ReadonlyMap<string, number>;
  /** The least of `counts`; 0 where there are too few domains. */
  readonly least: number;
  /** 1 where the constraint selects the Pod itself. */
  readonly self: 0 | 1;
}

/** What PreFilter leaves for the filter. */
export const preFilterState = stateKey<readonly HardConstraint[]>('PreFilterPodTopologySpread');

const skewed = unschedulable("node(s) didn't match pod topology spread constraints");
const unlabelled = unresolvable(
  "node(s) didn't match pod topology spread constraints (missing required label)",
);

/**
 * Counts, for every hard constraint of a Pod, what is in each domain (kube-scheduler: `calPreFilterState`).
 */
export function countDomains(pod: Pod, nodes: readonly NodeInfo[]): HardConstraint[] {
  const constraints = constraintsOf(pod, 'DoNotSchedule');
  if (constraints.length === 0) return [];
  const counted = nodes.filter(({ node }) => hasAllTopologies(node, constraints));
  return constraints.map((constraint) => {
    const counts = new Map<string, number>();
    for (const info of counted) {
      if (info.node === undefined || !includesNode(constraint, pod, info.node)) continue;
      const domain = ownValue(info.node.metadata.labels, constraint.topologyKey) ?? '';
      counts.set(domain, (counts.get(domain) ?? 0) + countSelected(constraint, pod, info));
    }
    const tooFew = counts.size < (constraint.minDomains ?? 1);
    return {
      constraint,
      counts,
      least: tooFew ? 0 : smallest(counts.values()),
      self: selects(constraint, pod, pod.metadata.labels) ? 1 : 0,
    };
  });
}

function smallest(values: Iterable<number>): number {
  let least = Infinity;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** Whether the Pod on this node would leave all hard constraints satisfied. */
export function checkSpread(constraints: readonly HardConstraint[], { node }: NodeInfo): Status | undefined {
  for (const { constraint, counts, least, self } of constraints) {
    const domain = ownValue(node?.metadata.labels, constraint.topologyKey);
    if (domain === undefined) return unlabelled;
    if ((counts.get(domain) ?? 0) + self - least > constraint.maxSkew) return skewed;
  }
  return undefined;
}
