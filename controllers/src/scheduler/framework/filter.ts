import type { Pod } from '../../runtime/client/resource.ts';
import type { NodeInfo } from './nodes/node-info.ts';

/** Why a node cannot take a Pod. */
export interface Refusal {
  /** kube-scheduler's words, one for each reason. */
  reasons: readonly string[];
  /** Removing Pods from the node would not help. */
  unresolvable: boolean;
}

/** The Pod can be placed nowhere, whatever the nodes are like; kube-scheduler's words, without a full stop. */
export interface RefusalOfAll {
  message: string;
}

/** Asked for every node. */
export type NodeCheck = (node: NodeInfo) => Refusal | undefined;

/**
 * One rule that a node must fulfil (kube-scheduler: a PreFilter and Filter plugin). It is made for one Pod and one look
 * at all nodes, and is then a check of each node; undefined where the rule does not concern the Pod.
 */
export type Filter = (pod: Pod, nodes: readonly NodeInfo[]) => NodeCheck | RefusalOfAll | undefined;

/** The refusal for one reason that removing Pods would not mend. */
export function unresolvable(reason: string): Refusal {
  return { reasons: [reason], unresolvable: true };
}
