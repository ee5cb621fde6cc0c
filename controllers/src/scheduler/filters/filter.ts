import type { Pod } from '../../runtime/resource.ts';
import type { NodeInfo } from '../node-info.ts';

/** Why a node cannot take a Pod. */
export interface Refusal {
  /** kube-scheduler's words, one for each reason. */
  reasons: readonly string[];
  /** Removing Pods from the node would not help. */
  unresolvable: boolean;
}

/**
 * One rule that a node must fulfil (kube-scheduler: a Filter plugin). It is made for one Pod and one look at all
 * nodes, and then asked for every node; undefined where the rule does not concern the Pod.
 */
export type Filter = (
  pod: Pod,
  nodes: readonly NodeInfo[],
) => ((node: NodeInfo) => Refusal | undefined) | undefined;

/** The refusal for one reason that removing Pods would not mend. */
export function unresolvable(reason: string): Refusal {
  return { reasons: [reason], unresolvable: true };
}
