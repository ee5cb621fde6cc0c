import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { HostPorts } from './host-ports.ts';
import { type PodInfo, podInfoOf } from './pod-info.ts';
import { add, amountsOf } from './pod-resources.ts';

/**
 * One node with what runs, or is about to run, on it (kube-scheduler: `framework.NodeInfo`). Its sums follow
 * every Pod that comes and goes, so that no decision has to add them up.
 */
export class NodeInfo {
  readonly name: string;
  /** Undefined where Pods name a node that does not exist. */
  node: Node | undefined;
  /** By uid. */
  readonly pods = new Map<string, Pod>();
  /** The sum of what the Pods request; resources of which nothing is requested are left out. */
  readonly requested = new Map<string, number>();
  /**
   * The sum of CPU and memory that Pods count for in scores, with defaults for containers that request none.
   */
  readonly counted = new Map<string, number>();
  /** The ports of the node that Pods take. */
  readonly hostPorts = new HostPorts();
  /** Pods that are not being deleted, by the uid of their controller. */
  readonly podsOfOwner = new Map<string, number>();
  /** Pods with required anti-affinity, by uid. */
  readonly withAntiAffinity = new Map<string, Pod>();
  /** How many Pods use a claim, by `namespace/name`. */
  readonly podsOfClaim = new Map<string, number>();
  /** What the node has for Pods; in the units of `requested`. */
  allocatable: ReadonlyMap<string, number> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /** The node appeared, changed or is gone. */
  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amountsOf(
      (node?.status?.allocatable ?? node?.status?.capacity) as Record<string, string> | undefined,
    );
  }

  /** Counts a Pod, in place of what was counted for its uid before. */
  addPod(pod: Pod): void {
    this.removePod(pod);
    const uid = pod.metadata.uid ?? '';
    const info = podInfoOf(pod);
    this.pods.set(uid, pod);
    this.#count(info, 1);
    this.hostPorts.take(info.hostPorts);
    if (info.antiAffinity.length > 0) this.withAntiAffinity.set(uid, pod);
  }

  /** Takes off what was counted for the uid of a Pod. */
  removePod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const before = this.pods.get(uid);
    if (before === undefined) return;
    const info = podInfoOf(before);
    this.pods.delete(uid);
    this.#count(info, -1);
    this.hostPorts.release(info.hostPorts);
    this.withAntiAffinity.delete(uid);
  }

  #count({ requests, counted, owner, isTerminating, claims }: PodInfo, factor: 1 | -1): void {
    add(this.requested, requests, factor);
    add(this.counted, counted, factor);
    if (owner !== undefined && !isTerminating) add(this.podsOfOwner, [[owner, 1]], factor);
    for (const claim of claims) add(this.podsOfClaim, [[claim, 1]], factor);
  }
}
