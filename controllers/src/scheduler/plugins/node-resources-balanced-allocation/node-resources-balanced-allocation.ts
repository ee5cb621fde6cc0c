import { stateKey } from '../../framework/cycle-state.ts';
import { podInfoOf } from '../../framework/nodes/pod-info.ts';
import { maxNodeScore, type Plugin } from '../../framework/plugin.ts';
import { skip } from '../../framework/status.ts';

const preScoreState = stateKey<{ cpu: number; memory: number }>('PreScoreNodeResourcesBalancedAllocation');

/** The score of a node whose use the Pod makes neither more nor less even. */
const unchanged = 75;

/**
 * Nodes are better where the Pod makes the use of CPU and memory more even (kube-scheduler:
 * `NodeResourcesBalancedAllocation`). Pods that request neither are left out.
 */
export const nodeResourcesBalancedAllocation = {
  name: 'NodeResourcesBalancedAllocation',

  preScore(state, pod) {
    const { requests } = podInfoOf(pod);
    if (!requests.has('cpu') && !requests.has('memory')) return skip;
    state.write(preScoreState, { cpu: requests.get('cpu') ?? 0, memory: requests.get('memory') ?? 0 });
    return undefined;
  },

  score(state, _pod, { allocatable, requested }) {
    const cpus = allocatable.get('cpu') ?? 0;
    const bytes = allocatable.get('memory') ?? 0;
    // Of a single resource there is nothing to compare.
    if (cpus === 0 || bytes === 0) return unchanged;
    const more = state.read(preScoreState);
    const cpu = requested.get('cpu') ?? 0;
    const memory = requested.get('memory') ?? 0;
    const change =
      evenness((cpu + more.cpu) / cpus, (memory + more.memory) / bytes) -
      evenness(cpu / cpus, memory / bytes);
    return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + change) / 2);
  },
} satisfies Plugin;

/**
 * 100 when two resources are used to the same share, 50 at worst (kube-scheduler: `balancedResourceScore`).
 */
function evenness(share: number, other: number): number {
  const difference = Math.abs((Math.min(1, share) - Math.min(1, other)) / 2);
  return Math.trunc((1 - difference) * maxNodeScore);
}
