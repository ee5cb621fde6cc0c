import type { NodeInfo } from '../../framework/nodes/node-info.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import type { Amounts } from '../../framework/nodes/pod-resources.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';

/** The resources that are compared (kube-scheduler: `defaultResourceSpec`). */
const names = ['cpu', 'memory'] as const;

const nothing: Amounts = new Map();

/**
 * Nodes are better where the Pod makes the use of CPU and memory more even (kube-scheduler:
 * `NodeResourcesBalancedAllocation`). Pods that request neither are left out.
 */
export const nodeResourcesBalancedAllocation = {
  name: 'NodeResourcesBalancedAllocation',

  preScore(_state, pod) {
    const { requests } = podInfoOf(pod);
    return names.every((name) => !requests.has(name)) ? skip : undefined;
  },

  score(_state, pod, node) {
    const change = evenness(node, podInfoOf(pod).requests) - evenness(node, nothing);
    return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + change) / 2);
  },
} satisfies Plugin;

/** 100 when CPU and memory of a node would be used to the same share with `more` on it, 50 at worst. */
function evenness({ allocatable, requested }: NodeInfo, more: Amounts): number {
  const [cpu, memory] = names;
  const cpus = allocatable.get(cpu) ?? 0;
  const bytes = allocatable.get(memory) ?? 0;
  // Of a single resource there is nothing to compare.
  if (cpus === 0 || bytes === 0) return maxNodeScore;
  const ofCpu = Math.min(1, ((requested.get(cpu) ?? 0) + (more.get(cpu) ?? 0)) / cpus);
  const ofMemory = Math.min(1, ((requested.get(memory) ?? 0) + (more.get(memory) ?? 0)) / bytes);
  return Math.trunc((1 - Math.abs((ofCpu - ofMemory) / 2)) * maxNodeScore);
}
