import type { NodeInfo } from './node-info.ts';

/**
 * The nodes as a scheduling cycle sees them (kube-scheduler: `framework.SharedLister`). A cycle does not wait
 * for anything, so that nothing changes meanwhile, and the state that the informers keep is used as it is,
 * without a copy.
 */
export interface NodeSnapshot {
  /** All nodes that exist. */
  nodes(): readonly NodeInfo[];
  /** A node that exists. */
  node(name: string): NodeInfo | undefined;
  /** Nodes with Pods that have required anti-affinity. */
  nodesWithAntiAffinity(): Iterable<NodeInfo>;
  /** Whether a Pod on some node uses a claim (`namespace/name`). */
  isClaimUsed(claim: string): boolean;
}
