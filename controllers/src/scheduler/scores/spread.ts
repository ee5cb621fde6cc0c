import { controllerOf } from '../../runtime/controller-ref.ts';
import type { Pod } from '../../runtime/resource.ts';
import { domainCounts, type SpreadConstraint } from '../filters/topology-spread.ts';
import type { NodeInfo } from '../node-info.ts';
import { normalize, type Score } from './score.ts';

const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';
/** The scheduler's own, for Pods that name no constraints (kube-scheduler: `systemDefaultConstraints`). */
const defaultConstraints = [
  { topologyKey: hostname, maxSkew: 3 },
  { topologyKey: zone, maxSkew: 5 },
];

/**
 * Soft topology spread: rather where fewer Pods alike are (kube-scheduler: `PodTopologySpread`). Pods without
 * constraints of their own are spread from those with the same controller.
 */
export const spread: Score = (pod, nodes, all) => {
  const own = (pod.spec?.topologySpreadConstraints ?? []) as SpreadConstraint[];
  const soft = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  if (own.length > 0 && soft.length === 0) return undefined;
  const marks =
    own.length > 0
      ? soft.map((constraint) => constraintMarks(constraint, pod, nodes, all))
      : siblingMarks(pod, nodes, all);
  if (marks.length === 0) return undefined;
  const total = nodes.map((_, index) => marks.reduce((sum, of) => sum + of[index]!, 0));
  return normalize(total, true);
};

/** A mark that grows with the Pods already in the node's domain; few domains weigh less than many. */
function marksOf(
  counts: ReadonlyMap<string, number>,
  { topologyKey, maxSkew }: { topologyKey: string; maxSkew: number },
  nodes: readonly NodeInfo[],
): number[] {
  const weight = Math.log(counts.size + 2);
  const most = Math.max(0, ...counts.values());
  return nodes.map(({ node }) => {
    const domain = node?.metadata.labels?.[topologyKey];
    // A node outside of all domains is the last choice.
    if (domain === undefined) return most * weight + maxSkew;
    return (counts.get(domain) ?? 0) * weight + (maxSkew - 1);
  });
}

function constraintMarks(
  constraint: SpreadConstraint,
  pod: Pod,
  nodes: readonly NodeInfo[],
  all: readonly NodeInfo[],
): number[] {
  return marksOf(domainCounts(constraint, pod, all), constraint, nodes);
}

function siblingMarks(pod: Pod, nodes: readonly NodeInfo[], all: readonly NodeInfo[]): number[][] {
  const owner = controllerOf(pod)?.uid;
  if (owner === undefined) return [];
  const constraints = defaultConstraints.filter(({ topologyKey }) =>
    nodes.some(({ node }) => node?.metadata.labels?.[topologyKey] !== undefined),
  );
  return constraints.map((constraint) => {
    const counts = new Map<string, number>();
    for (const info of all) {
      const domain = info.node?.metadata.labels?.[constraint.topologyKey];
      if (domain === undefined) continue;
      let count = counts.get(domain) ?? 0;
      for (const other of info.pods.values()) {
        if (other.metadata.deletionTimestamp === undefined && controllerOf(other)?.uid === owner) count++;
      }
      counts.set(domain, count);
    }
    return marksOf(counts, constraint, nodes);
  });
}
