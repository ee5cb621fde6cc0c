import type { OwnContext } from '../runtime/context.ts';
import type { Informer } from '../runtime/cache/informer.ts';
import { type Node, nodes, type Pod, pods } from '../runtime/client/resource.ts';
import type { Delays } from './containers/container-step.ts';
import { AddressPool } from './node/address-pool.ts';
import { NodeHeartbeat } from './node/node-heartbeat.ts';
import { defaultCapacity, type KubeletEndpoint, type NodeFacts } from './node/node-object.ts';
import { PodWorker } from './pods/pod-worker.ts';
import type { KubeletUser } from './server/kubelet-user.ts';
import type { ContainerLog, LogRequest } from './server/pod-logs.ts';
import { createProxyAccess } from './server/proxy-access.ts';

/** One simulated node. */
export interface KubeletOptions {
  name: string;
  /** Counts the nodes of a cluster from 0; gives each its addresses. */
  index: number;
  kubeletVersion: string;
  delays?: Delays;
  capacity?: Readonly<Record<string, string>>;
  /** Pods worked on at a time. */
  workers?: number;
  /** Where the node's own HTTP API is, for its status. Absent: nowhere. */
  endpoint?: KubeletEndpoint;
}

/** Short enough for tests, long enough to be seen in a watch. */
const defaultDelays: Delays = { pullMs: 150, startMs: 50 };

/**
 * A kubelet without containers: one simulated node, on a context of its own that has the identity
 * `system:node:NAME` and a recorder of the component `kubelet` on that host. It registers the Node, renews
 * its Lease, brings Pods bound to it to Running, and deletes them gracefully, as the API and the Pods' own
 * specs ask for (see `containers/behaviour.ts` for failures on request).
 */
export class Kubelet {
  readonly name: string;
  /** Resolves when the Node is registered and ready. */
  readonly ready: Promise<void>;
  /** Whether a client may use the node's own HTTP API. */
  readonly mayProxy: (user: KubeletUser) => Promise<boolean>;
  readonly #context: OwnContext;
  readonly #ready = Promise.withResolvers<void>();
  readonly #pods: Informer<Pod>;
  readonly #podWorker: PodWorker;
  readonly #heartbeat: NodeHeartbeat;

  constructor(context: OwnContext, options: KubeletOptions) {
    const { name, workers = 16, delays = defaultDelays } = options;
    const addresses = new AddressPool(options.index);
    const facts = factsOf(options, addresses.cidr);
    this.name = name;
    this.ready = this.#ready.promise;
    this.mayProxy = createProxyAccess(context, name);
    this.#context = context;
    this.#pods = context.informers.of(pods, { fieldSelector: `spec.nodeName=${name}` });
    const ownNode: Informer<Node> = context.informers.of(nodes, { fieldSelector: `metadata.name=${name}` });
    const node = () => ownNode.store.get(name);
    this.#podWorker = new PodWorker(context, { facts, addresses, delays, workers, pods: this.#pods, node });
    this.#heartbeat = new NodeHeartbeat(context, facts, node);
    ownNode.addHandler({ update: (_, changed) => this.#heartbeat.changed(changed) });
  }

  /** Begins to register and to follow Pods; call it once. */
  start(): void {
    this.#context.informers.start();
    this.#heartbeat.start();
    void this.#begin();
  }

  /** Whether the Pod is one of this node. */
  hasPod(namespace: string, name: string): boolean {
    return this.#pods.store.get(`${namespace}/${name}`) !== undefined;
  }

  /** See `PodLogs.logOf`. */
  logOf(request: LogRequest): ContainerLog | { problem: string } | undefined {
    return this.#podWorker.logs.logOf(request);
  }

  /** The Pods stay as they are: they go on when a kubelet of the same name starts again. */
  async stop(): Promise<void> {
    this.#context.informers.stop();
    await Promise.all([this.#podWorker.stop(), this.#heartbeat.stop()]);
  }

  async #begin(): Promise<void> {
    await Promise.all([this.#heartbeat.registered, this.#context.informers.synced()]);
    this.#podWorker.start();
    this.#context.log.debug({ node: this.name }, 'node is ready');
    this.#ready.resolve();
  }
}

function factsOf(
  { name, index, kubeletVersion, capacity, endpoint }: KubeletOptions,
  podCidr: string,
): NodeFacts {
  return {
    name,
    index,
    internalIp: nodeAddress(index),
    podCidr,
    kubeletVersion,
    capacity: capacity ?? defaultCapacity,
    endpoint,
  };
}

/** 10.89.0.0/16, from .0.1 on: addresses that nothing listens on. */
function nodeAddress(index: number): string {
  return `10.89.${Math.floor((index + 1) / 256)}.${(index + 1) % 256}`;
}
