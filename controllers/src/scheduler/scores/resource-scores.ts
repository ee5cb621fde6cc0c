import type { NodeInfo } from '../node-info.ts';
import type { Pod } from '../../runtime/resource.ts';
import { podRequests } from '../pod-resources.ts';
import { bestScore, type Score } from './score.ts';

/** What a container that names no request counts for (kube-scheduler: `util/non_zero.go`). */
const defaults: Readonly<Record<string, number>> = { cpu: 100, memory: 200 * 1024 * 1024 };
const names = Object.keys(defaults);

function countedRequest(pod: Pod, name: string): number {
  return podRequests(pod).get(name) || (defaults[name] ?? 0) * (pod.spec?.containers.length ?? 0);
}

/** Share of a node's `name` that would be taken with the Pod on it; above 1 when it would be too much. */
function usedShare(
  node: NodeInfo,
  pod: Pod,
  name: string,
  counted: (pod: Pod) => number,
): number | undefined {
  const allocatable = node.allocatable.get(name) ?? 0;
  if (allocatable === 0) return undefined;
  let used = counted(pod);
  for (const other of node.pods.values()) used += counted(other);
  return used / allocatable;
}

/** Rather where most is left (kube-scheduler: `NodeResourcesFit`, LeastAllocated). */
export const leastAllocated: Score = (pod, nodes) => {
  const counts = memoized();
  return nodes.map((node) => {
    const shares = names.flatMap((name) => usedShare(node, pod, name, (one) => counts(one, name)) ?? []);
    if (shares.length === 0) return 0;
    const left = shares.map((share) => Math.floor(Math.max(0, 1 - share) * bestScore));
    return Math.floor(left.reduce((sum, one) => sum + one, 0) / left.length);
  });
};

/** Rather where CPU and memory would be used alike (kube-scheduler: `NodeResourcesBalancedAllocation`). */
export const balancedAllocation: Score = (pod, nodes) => {
  if (podRequests(pod).size === 0) return undefined;
  return nodes.map((node) => {
    const shares = names.flatMap(
      (name) => usedShare(node, pod, name, (one) => podRequests(one).get(name) ?? 0) ?? [],
    );
    const capped = shares.map((share) => Math.min(1, share));
    const mean = capped.reduce((sum, one) => sum + one, 0) / Math.max(1, capped.length);
    const variance = capped.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, capped.length);
    return Math.floor((1 - Math.sqrt(variance)) * bestScore);
  });
};

/** Requests are asked for once per Pod and decision, however many nodes are compared. */
function memoized(): (pod: Pod, name: string) => number {
  const known = new Map<Pod, Map<string, number>>();
  return (pod, name) => {
    let byName = known.get(pod);
    if (byName === undefined) {
      byName = new Map(names.map((one) => [one, countedRequest(pod, one)]));
      known.set(pod, byName);
    }
    return byName.get(name) ?? 0;
  };
}
