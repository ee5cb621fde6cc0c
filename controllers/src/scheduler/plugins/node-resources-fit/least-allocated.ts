import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { factsOf } from '../../framework/nodes/pod-info.ts';
import type { Amounts } from '../../framework/nodes/pod-resources.ts';
import { bestScore, type Score } from '../../framework/score.ts';

const names = ['cpu', 'memory'] as const;

/** Rather where most is left (kube-scheduler: `NodeResourcesFit`, LeastAllocated). */
export const leastAllocated: Score = (pod, nodes) => {
  const wanted = factsOf(pod).counted;
  return nodes.map(({ allocatable, counted }) => {
    let sum = 0;
    let resources = 0;
    for (const name of names) {
      const most = allocatable.get(name) ?? 0;
      if (most === 0) continue;
      const left = most - (counted.get(name) ?? 0) - (wanted.get(name) ?? 0);
      sum += left < 0 ? 0 : Math.floor((left * bestScore) / most);
      resources++;
    }
    return resources === 0 ? 0 : Math.floor(sum / resources);
  });
};

/**
 * Rather where the Pod makes the use of CPU and memory more even (kube-scheduler: `NodeResourcesBalancedAllocation`).
 * No opinion on Pods that ask for neither.
 */
export const balancedAllocation: Score = (pod, nodes) => {
  const wanted = factsOf(pod).requests;
  if (names.every((name) => !wanted.has(name))) return undefined;
  return nodes.map((node) => {
    const change = evenness(node, wanted) - evenness(node, none);
    return bestScore / 2 + Math.floor((bestScore / 2 + change) / 2);
  });
};

const none: Amounts = new Map();

/** 100 when all resources of a node would be used to the same share with `more` on it, 50 at worst. */
function evenness({ allocatable, requested }: NodeInfo, more: Amounts): number {
  const shares: number[] = [];
  for (const name of names) {
    const most = allocatable.get(name) ?? 0;
    if (most === 0) continue;
    shares.push(Math.min(1, ((requested.get(name) ?? 0) + (more.get(name) ?? 0)) / most));
  }
  const [first, second] = shares;
  const deviation = first === undefined || second === undefined ? 0 : Math.abs(first - second) / 2;
  return Math.floor((1 - deviation) * bestScore);
}
