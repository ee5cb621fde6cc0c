import type { Profile } from './decision.ts';
import { interPodAffinity } from './filters/inter-pod-affinity.ts';
import { namedNodes, nodeAffinity } from './filters/node-affinity.ts';
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
import type { Storage } from './volumes/storage.ts';
import { volumeBinding, volumeRestrictions, volumeZone } from './volumes/volume-filters.ts';

/** What the rules know beside nodes and the Pods on them. */
export interface ProfileSources {
  namespaceLabels: NamespaceLabels;
  storage: Storage;
}

/** The rules of `default-scheduler`, in kube-scheduler's order and with its weights. */
export function defaultProfile({ namespaceLabels, storage }: ProfileSources): Profile {
  return {
    filters: [
      { filter: namedNodes, helpedBy: ['node'] },
      { filter: nodeUnschedulable, helpedBy: ['node'] },
      { filter: taintToleration, helpedBy: ['node'] },
      { filter: nodeAffinity, helpedBy: ['node'] },
      { filter: nodePorts, helpedBy: ['node', 'pod gone'] },
      { filter: nodeResourcesFit, helpedBy: ['node', 'pod gone'] },
      { filter: volumeRestrictions(storage), helpedBy: ['storage', 'pod gone'] },
      { filter: volumeBinding(storage), helpedBy: ['storage', 'node'] },
      { filter: volumeZone(storage), helpedBy: ['storage', 'node'] },
      { filter: topologySpread, helpedBy: ['node', 'pod placed', 'pod gone'] },
      { filter: interPodAffinity(namespaceLabels), helpedBy: ['node', 'pod placed', 'pod gone'] },
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
