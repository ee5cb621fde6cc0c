import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node, Pod } from '../../runtime/resource.ts';
import { matchesTerm, type NodeSelectorTerm } from '../node-selector.ts';
import { type Filter, unresolvable } from './filter.ts';

/** Whether a Pod's nodeSelector and required node affinity allow a node. */
export function isNodeWanted(pod: Pod, node: Node): boolean {
  for (const [key, value] of Object.entries((pod.spec?.nodeSelector ?? {}) as Record<string, string>)) {
    if (ownValue(node.metadata.labels, key) !== value) return false;
  }
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return true;
  return (required.nodeSelectorTerms as NodeSelectorTerm[]).some((term) => matchesTerm(term, node));
}

/** The node must be one that the Pod selects (kube-scheduler: `NodeAffinity`). */
export const nodeAffinity: Filter = (pod) => {
  if (!pod.spec?.nodeSelector && !pod.spec?.affinity?.nodeAffinity) return undefined;
  return ({ node }) =>
    node && isNodeWanted(pod, node)
      ? undefined
      : unresolvable("node(s) didn't match Pod's node affinity/selector");
};
