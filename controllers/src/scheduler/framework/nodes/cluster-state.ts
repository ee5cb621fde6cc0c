import type { Node, Pod } from '../../../runtime/client/resource.ts';
import { NodeInfo } from './node-info.ts';
import type { NodeSnapshot } from './node-snapshot.ts';

/**
 * All nodes and the Pods on them, as the informers show them, plus the Pods that were given a node a moment
 * ago and whose binding no informer has shown yet: those are "assumed", so that the next decision counts them
 * (kube-scheduler: `backend/cache`). Every sum is kept up to date as Pods come and go.
 *
 *     assume ──► bound (the informer shows spec.nodeName) ──► removed
 *        └─────► forget (the binding failed)
 */
export class ClusterState implements NodeSnapshot {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pod uid → node name. */
  readonly #places = new Map<string, string>();
  readonly #assumed = new Set<string>();
  readonly #withAntiAffinity = new Set<NodeInfo>();
  /** What `nodes` answers, until a node comes or goes. */
  #existing: readonly NodeInfo[] | undefined;

  /** Nodes that exist. */
  nodes(): readonly NodeInfo[] {
    this.#existing ??= [...this.#nodes.values()].filter(({ node }) => node !== undefined);
    return this.#existing;
  }

  node(name: string): NodeInfo | undefined {
    const info = this.#nodes.get(name);
    return info?.node === undefined ? undefined : info;
  }

  *nodesWithAntiAffinity(): Iterable<NodeInfo> {
    for (const info of this.#withAntiAffinity) if (info.node !== undefined) yield info;
  }

  isClaimUsed(claim: string): boolean {
    return this.nodes().some(({ podsOfClaim }) => podsOfClaim.has(claim));
  }

  /** A node that appeared or changed. */
  setNode(node: Node): void {
    const info = this.#info(node.metadata.name ?? '');
    if (info.node === undefined) this.#existing = undefined;
    info.setNode(node);
  }

  /** A node is gone; Pods on it are kept until they are gone too. */
  removeNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const info = this.#info(name);
    info.setNode(undefined);
    this.#existing = undefined;
    this.#dropEmpty(info);
  }

  /** A Pod that an informer shows on a node; it is no longer assumed. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    this.#assumed.delete(uid);
    this.#place(pod, pod.spec?.nodeName ?? '');
  }

  /** Counts a Pod on `nodeName` before an informer shows it there. */
  assume(pod: Pod, nodeName: string): void {
    this.#assumed.add(pod.metadata.uid ?? '');
    this.#place(pod, nodeName);
  }

  /** Whether a Pod was given a node, and no informer has shown it there yet. */
  isAssumed(pod: Pod): boolean {
    return this.#assumed.has(pod.metadata.uid ?? '');
  }

  /** The node on which a Pod is counted. */
  nodeNameOf(pod: Pod): string | undefined {
    return this.#places.get(pod.metadata.uid ?? '');
  }

  /** The Pod was not bound: takes an assumed Pod from its node. */
  forget(pod: Pod): void {
    if (this.#assumed.delete(pod.metadata.uid ?? '')) this.removePod(pod);
  }

  /** The Pod is gone, or has finished. */
  removePod(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const nodeName = this.#places.get(uid);
    this.#assumed.delete(uid);
    if (nodeName === undefined) return;
    this.#places.delete(uid);
    this.#take(pod, nodeName);
  }

  #place(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? '';
    const before = this.#places.get(uid);
    if (before !== undefined && before !== nodeName) this.#take(pod, before);
    this.#places.set(uid, nodeName);
    const info = this.#info(nodeName);
    info.addPod(pod);
    this.#indexAntiAffinity(info);
  }

  #take(pod: Pod, nodeName: string): void {
    const info = this.#nodes.get(nodeName);
    if (info === undefined) return;
    info.removePod(pod);
    this.#indexAntiAffinity(info);
    this.#dropEmpty(info);
  }

  #indexAntiAffinity(info: NodeInfo): void {
    if (info.withAntiAffinity.size > 0) this.#withAntiAffinity.add(info);
    else this.#withAntiAffinity.delete(info);
  }

  /** Nothing is left of a node that does not exist and has no Pods. */
  #dropEmpty(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#nodes.delete(info.name);
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
