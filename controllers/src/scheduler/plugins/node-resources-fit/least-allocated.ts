import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import type { Amounts } from '../../framework/nodes/pod-resources.ts';
import { maxNodeScore } from '../../framework/plugin.ts';

/** The resources that are scored, each with weight 1 (kube-scheduler: `defaultResourceSpec`). */
const names = ['cpu', 'memory'] as const;

/**
 * From 0 to 100: the share of CPU and memory that `wanted` would leave (kube-scheduler:
 * `leastResourceScorer`).
 */
export function leastAllocated(wanted: Amounts, { allocatable, counted }: NodeInfo): number {
  let sum = 0;
  let resources = 0;
  for (const name of names) {
    const most = allocatable.get(name) ?? 0;
    if (most === 0) continue;
    const left = most - (counted.get(name) ?? 0) - (wanted.get(name) ?? 0);
    sum += left < 0 ? 0 : Math.floor((left * maxNodeScore) / most);
    resources++;
  }
  return resources === 0 ? 0 : Math.floor(sum / resources);
}
