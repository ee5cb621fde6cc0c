import type { Profile } from '../framework/cycles/scheduling-algorithm.ts';
import { interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts';
import { namedNodes, nodeAffinity } from './node-affinity/node-affinity.ts';
import { nodePorts } from './node-ports/node-ports.ts';
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable/node-unschedulable.ts';
import type { NamespaceLabels } from './inter-pod-affinity/affinity-term.ts';
import { taintToleration } from './taint-toleration/taint-toleration.ts';
import { topologySpread } from './pod-topology-spread/filtering.ts';
import { preferredNodeAffinity } from './node-affinity/preferred-node-affinity.ts';
import { preferredTaints } from './taint-toleration/preferred-taints.ts';
import { balancedAllocation, leastAllocated } from './node-resources-fit/least-allocated.ts';
import { spread } from './pod-topology-spread/scoring.ts';
import type { Storage } from './volume-binding/storage.ts';
import { volumeBinding, volumeRestrictions, volumeZone } from './volume-binding/volume-binding.ts';

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
