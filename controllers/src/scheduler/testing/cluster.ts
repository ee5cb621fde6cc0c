import type { Node, Pod } from '../../runtime/client/resource.ts';
import type { Client } from '../../runtime/client/client.ts';
import { CycleState } from '../framework/cycle-state.ts';
import { type AlgorithmResult, chooseNode } from '../framework/cycles/scheduling-algorithm.ts';
import { ClusterState } from '../framework/nodes/cluster-state.ts';
import type { Profile } from '../framework/profile.ts';
import type { Storage } from '../framework/storage.ts';
import { createDefaultProfile } from '../plugins/default-plugins.ts';
import type { NamespaceLabels } from '../framework/nodes/affinity-term.ts';

let serial = 0;

/** A node of 4 CPUs, 8 GiB and 110 Pods, labelled with its name. */
export function makeNode(
  name: string,
  options: { labels?: object; spec?: object; allocatable?: object } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    spec: { ...options.spec },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...options.allocatable } },
  } as Node;
}

/** A Pod in `default` with one container that requests nothing, of a name and uid that no other has. */
export function makePod(spec: object = {}, metadata: object = {}): Pod {
  serial++;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${serial}`, uid: `uid-${serial}`, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
  } as Pod;
}

/** A Pod whose container has these requests. */
export function requesting(requests: object, rest: object = {}): Pod {
  return makePod({ containers: [{ name: 'c', image: 'i', resources: { requests } }], ...rest });
}

/** The same Pod on a node. */
export function onNode(pod: Pod, nodeName: string): Pod {
  return { ...pod, spec: { ...pod.spec!, nodeName } };
}

/** A cluster of these nodes, with Pods on some of them. */
export function clusterOf(
  nodes: readonly Node[],
  placed: readonly (readonly [pod: Pod, nodeName: string])[] = [],
): ClusterState {
  const state = new ClusterState();
  for (const node of nodes) state.setNode(node);
  for (const [pod, nodeName] of placed) state.setPod(onNode(pod, nodeName));
  return state;
}

/** There are no claims, volumes and classes. */
const noStorage: Storage = {
  claim: () => undefined,
  volume: () => undefined,
  volumesOfClass: () => [],
  storageClass: () => undefined,
  assumedNode: () => undefined,
  assumedClaim: () => undefined,
};

/** The default profile over a cluster; it decides, and cannot bind. */
export function defaultProfileOf(
  cluster: ClusterState,
  {
    storage = noStorage,
    namespaceLabels = () => ({}),
  }: { storage?: Storage; namespaceLabels?: NamespaceLabels } = {},
): Profile {
  return createDefaultProfile('default-scheduler', {
    client: {} as Client,
    snapshot: cluster,
    namespaceLabels,
    storage,
    binder: { assume: () => () => undefined, bind: () => Promise.resolve() },
  });
}

/** What the default profile decides; between equals the first node is taken. */
export function place(
  pod: Pod,
  cluster: ClusterState,
  options: { storage?: Storage; namespaceLabels?: NamespaceLabels } = {},
): AlgorithmResult {
  const profile = defaultProfileOf(cluster, options);
  return chooseNode({ profile, snapshot: cluster, random: () => 0 }, new CycleState(), pod);
}

/** The node of a decision, or the message of its failure. */
export function outcome(result: AlgorithmResult): string {
  return result.nodeName === undefined ? result.status.message : `placed on ${result.nodeName}`;
}

/** The message of a Pod that fits on none of `count` nodes. */
export function noFit(count: number, reasons: string, preemption: string): string {
  const none = `0/${count} nodes are available`;
  return `${none}: ${reasons}. no new claims to deallocate, preemption: ${none}: ${preemption}.`;
}

/** `2 Preemption is not helpful for scheduling` */
export function notHelpful(count: number): string {
  return `${count} Preemption is not helpful for scheduling`;
}

/** `2 No preemption victims found for incoming pod` */
export function noVictims(count: number): string {
  return `${count} No preemption victims found for incoming pod`;
}
