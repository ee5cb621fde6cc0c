import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { HostPorts } from './host-ports.ts';
import { type PodInfo, podInfoOf } from './pod-info.ts';
import { add, amountsOf } from './pod-resources.ts';

/**
 * One node with what runs, or is about to run, on it (kube-scheduler: `framework.NodeInfo`). Its sums follow every Pod
 * that comes and goes, so that no decision has to add them up.
 */
export class NodeInfo {
  readonly name: string;
  /** Undefined while Pods are known on a node that is not. */
  node: Node | undefined;
  /** By uid. */
  readonly pods = new Map<string, Pod>();
  /** What the Pods ask for together; no resource of which nothing is asked. */
  readonly requested = new Map<string, number>();
  /** CPU and memory that the Pods count for, those that ask for none included. */
  readonly counted = new Map<string, number>();
  readonly hostPorts = new HostPorts();
  /** Pods that are not being deleted, by the uid of their controller. */
  readonly podsOfOwner = new Map<string, number>();
  /** Pods that keep others away. */
  readonly withAntiAffinity = new Map<string, Pod>();
  /** Users of claims: `namespace/name` → Pods. */
  readonly podsOfClaim = new Map<string, number>();
  allocatable: ReadonlyMap<string, number> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = amountsOf(
      (node?.status?.allocatable ?? node?.status?.capacity) as Record<string, string> | undefined,
    );
  }

  addPod(pod: Pod): void {
    this.removePod(pod);
    const uid = pod.metadata.uid ?? '';
    const info = podInfoOf(pod);
    this.pods.set(uid, pod);
    this.#count(info, 1);
    this.hostPorts.take(info.hostPorts);
    if (info.antiAffinity.length > 0) this.withAntiAffinity.set(uid, pod);
  }

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
