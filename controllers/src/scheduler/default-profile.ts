import type { Profile } from './decision.ts';
import { interPodAffinity } from './filters/inter-pod-affinity.ts';
import { nodeAffinity } from './filters/node-affinity.ts';
import { nodePorts } from './filters/node-ports.ts';
import { nodeResourcesFit } from './filters/node-resources-fit.ts';
import { nodeUnschedulable } from './filters/node-unschedulable.ts';
import type { NamespaceLabels } from './filters/pod-terms.ts';
import { taintToleration } from './filters/taint-toleration.ts';
import { topologySpread } from './filters/topology-spread.ts';
import { preferredNodeAffinity } from './scores/preferred-node-affinity.ts';
import { preferredTaints } from './scores/preferred-taints.ts';
import { balancedAllocation, leastAllocated } from './scores/resource-scores.ts';
import { spread } from './scores/spread.ts';

/** The rules of `default-scheduler`, in kube-scheduler's order and with its weights. */
export function defaultProfile(namespaceLabels: NamespaceLabels): Profile {
  return {
    filters: [
      nodeUnschedulable,
      taintToleration,
      nodeAffinity,
      nodePorts,
      nodeResourcesFit,
      topologySpread,
      interPodAffinity(namespaceLabels),
    ],
    scores: [
      { score: preferredTaints, weight: 3 },
      { score: preferredNodeAffinity, weight: 2 },
      { score: spread, weight: 2 },
      { score: leastAllocated, weight: 1 },
      { score: balancedAllocation, weight: 1 },
    ],
  };
}
