import type { Pod } from '../../../runtime/client/resource.ts';
import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import { maxNodeScore } from '../../framework/plugin.ts';

/** The resources that are scored, each with weight 1 (kube-scheduler: `defaultResourceSpec`). */
const names = ['cpu', 'memory'] as const;

/** From 0 to 100: the share of CPU and memory that would be left (kube-scheduler: `leastResourceScorer`). */
export function leastAllocated(pod: Pod, { allocatable, counted }: NodeInfo): number {
  const wanted = podInfoOf(pod).counted;
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
