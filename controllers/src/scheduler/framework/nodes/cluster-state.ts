import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { NodeInfo } from './node-info.ts';

/**
 * All nodes and the Pods on them, as the API tells, plus the Pods that were given a node a moment ago and whose
 * binding the API has not shown yet: those are "assumed", so that the next decision counts them
 * (kube-scheduler: `backend/cache`).
 *
 *     assume ──► bound (the informer shows spec.nodeName) ──► removed
 *        └─────► forget (the binding failed)
 */
export class ClusterState {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pod uid → node name. */
  readonly #places = new Map<string, string>();
  readonly #assumed = new Set<string>();
  /** What `nodes` answers, until a node comes or goes. */
  #existing: readonly NodeInfo[] | undefined;

  /** Nodes that exist. */
  nodes(): readonly NodeInfo[] {
    this.#existing ??= [...this.#nodes.values()].filter(({ node }) => node !== undefined);
    return this.#existing;
  }

  setNode(node: Node): void {
    const info = this.#info(node.metadata.name ?? '');
    if (info.node === undefined) this.#existing = undefined;
    info.setNode(node);
  }

  removeNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const info = this.#info(name);
    info.setNode(undefined);
    this.#existing = undefined;
    if (info.pods.size === 0) this.#nodes.delete(name);
  }

  /** A Pod that the API shows on a node; it ends being assumed. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#assumed.delete(uid);
    this.#place(pod, pod.spec?.nodeName ?? '');
  }

  /** Counts a Pod on `nodeName` before the API knows. */
  assume(pod: Pod, nodeName: string): void {
    this.#assumed.add(pod.metadata.uid ?? '');
    this.#place(pod, nodeName);
  }

  isAssumed(pod: Pod): boolean {
    return this.#assumed.has(pod.metadata.uid ?? '');
  }

  /** The binding did not come about. */
  forget(pod: Pod): void {
    if (this.#assumed.delete(pod.metadata.uid ?? '')) this.removePod(pod);
  }

  removePod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const nodeName = this.#places.get(uid);
    this.#assumed.delete(uid);
    if (nodeName === undefined) return;
    this.#places.delete(uid);
    const info = this.#nodes.get(nodeName);
    info?.removePod(pod);
    if (info !== undefined && info.node === undefined && info.pods.size === 0) this.#nodes.delete(nodeName);
  }

  #place(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? '';
    const before = this.#places.get(uid);
    if (before !== undefined && before !== nodeName) this.#nodes.get(before)?.removePod(pod);
    this.#places.set(uid, nodeName);
    this.#info(nodeName).addPod(pod);
  }

  #info(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.#nodes.set(name, info);
    }
    return info;
  }
}
