import type { Informer } from '../../runtime/cache/informer.ts';
import { isConflict, isNotFound } from '../../runtime/client/api-error.ts';
import { type Lease, type Node, nodes, type Pod } from '../../runtime/client/resource.ts';
import { formatTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { byNode } from '../../runtime/workload/pod-state.ts';
import { markPodsNotReady } from './mark-pods.ts';
import {
  conditionOf,
  notReadyTaint,
  unknownConditions,
  unreachableTaint,
  zoneOf,
} from './node-conditions.ts';
import type { NodeEviction } from './node-eviction.ts';
import type { NodeHealth } from './node-health.ts';
import { swapTaints } from './swap-taints.ts';

/** How many nodes are checked at a time. */
const concurrentNodes = 8;
const healthAttempts = 5;
const leaseNamespace = 'kube-node-lease';
const excludeLabel = 'node.kubernetes.io/exclude-disruption';

/** What `NodeMonitor` reads and calls. */
export interface NodeMonitorOptions {
  nodes: Informer<Node>;
  leases: Informer<Lease>;
  pods: Informer<Pod>;
  health: NodeHealth;
  eviction: NodeEviction;
}

/** A node after its health was updated. */
interface Checked {
  node: Node;
  /** Status of the condition Ready that the node reported, `Unknown` where it reported none. */
  before: string | undefined;
  /** Status of the condition Ready now. */
  now: string | undefined;
}

/**
 * Checks the heartbeats of all nodes, and acts on those that are not ready (Kubernetes: `monitorNodeHealth`).
 */
export class NodeMonitor {
  readonly #context: ControllerContext;
  readonly #options: NodeMonitorOptions;
  readonly #known = new Map<string, Node>();
  /** Nodes whose Pods could not all be marked as unready. */
  readonly #unmarked = new Set<string>();

  constructor(context: ControllerContext, options: NodeMonitorOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Checks every node once. */
  async checkAll(): Promise<void> {
    const present = this.#options.nodes.store.list();
    await this.#noteNew(present);
    this.#noteGone(present);
    const readiness = await this.#checkEach(present);
    const { lostAll, foundAgain } = this.#options.eviction.judge(readiness);
    if (lostAll) {
      this.#context.log.info('no node is ready, nothing is evicted');
      for (const node of present) await this.#options.eviction.untaint(node);
    }
    if (foundAgain) this.#options.health.restartAll(this.#context.clock.now());
  }

  async #noteNew(present: readonly Node[]): Promise<void> {
    for (const node of present) {
      const name = node.metadata.name ?? '';
      if (this.#known.has(name)) continue;
      this.#known.set(name, node);
      this.#event(node, 'RegisteredNode', `Registered Node ${name} in Controller`);
      await swapTaints(this.#context, node, { remove: [unreachableTaint, notReadyTaint] });
    }
  }

  #noteGone(present: readonly Node[]): void {
    const names = new Set(present.map(({ metadata }) => metadata.name ?? ''));
    for (const [name, node] of this.#known) {
      if (names.has(name)) continue;
      this.#known.delete(name);
      this.#unmarked.delete(name);
      this.#options.health.forget(name);
      this.#options.eviction.forget(node);
      this.#event(node, 'RemovingNode', `Removing Node ${name} from Controller`);
    }
  }

  /** Checks the nodes, several at a time; returns by zone which are ready. */
  async #checkEach(present: readonly Node[]): Promise<Map<string, boolean[]>> {
    const readiness = new Map<string, boolean[]>();
    const next = present.values();
    const checkNext = async (): Promise<void> => {
      for (const node of next) {
        const isReady = await this.#check(node);
        if (isReady === undefined || node.metadata.labels?.[excludeLabel] !== undefined) continue;
        const zone = zoneOf(node);
        readiness.set(zone, [...(readiness.get(zone) ?? []), isReady]);
      }
    };
    await Promise.all(Array.from({ length: concurrentNodes }, checkNext));
    return readiness;
  }

  /** Whether the node is ready; undefined when it is gone, or could not be checked, which is logged. */
  async #check(cached: Node): Promise<boolean | undefined> {
    try {
      const checked = await this.#updateHealth(cached);
      return checked && (await this.#act(checked));
    } catch (error) {
      const node = cached.metadata.name;
      this.#context.log.warn({ err: error, node }, 'cannot check a node, trying again');
      return undefined;
    }
  }

  /** Taints the node and marks its Pods where it is not ready; returns whether it is. */
  async #act({ node, before, now }: Checked): Promise<boolean> {
    const { name = '', uid = '' } = node.metadata;
    if (now === undefined) return false;
    await this.#options.eviction.update(node, now);
    const hasFailed = now !== 'True' && before === 'True';
    if (hasFailed) {
      const about = { ...node, metadata: { name, uid } };
      const message = `Node ${name} status is now: NodeNotReady`;
      this.#context.recorder.event(about, { type: 'Normal', reason: 'NodeNotReady', message });
    }
    if (hasFailed || (this.#unmarked.has(name) && now !== 'True')) {
      this.#unmarked.add(name);
      await markPodsNotReady(this.#context, this.#options.pods.store.byIndex(byNode[0], name));
    }
    this.#unmarked.delete(name);
    return now === 'True';
  }

  /** Changes the conditions of a node that reports nothing to Unknown; undefined: the node is gone. */
  async #updateHealth(cached: Node): Promise<Checked | undefined> {
    const { client, clock } = this.#context;
    const { health, leases } = this.#options;
    const name = cached.metadata.name ?? '';
    const lease = leases.store.get(`${leaseNamespace}/${name}`);
    let node = cached;
    for (let attempt = 1; ; attempt++) {
      const isSilent = health.isSilent(node, lease, clock.now());
      const before = conditionOf(node, 'Ready')?.status;
      if (!isSilent || before === 'Unknown') return { node, before, now: before };
      const conditions = unknownConditions(node, formatTime(clock.now()));
      try {
        const status = { ...node.status, conditions };
        node = await client.update(nodes, { ...node, status } as Node, 'status');
        health.wrote(
          name,
          conditions.find(({ type }) => type === 'Ready'),
        );
        return { node, before: before ?? 'Unknown', now: 'Unknown' };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        if (!isConflict(error) || attempt === healthAttempts) throw error;
        node = await client.get(nodes, { name });
      }
    }
  }

  #event({ metadata: { name = '', uid = '' } }: Node, reason: string, message: string): void {
    const about = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    this.#context.recorder.event(about, {
      type: 'Normal',
      reason,
      message: `Node ${name} event: ${message}`,
    });
  }
}
