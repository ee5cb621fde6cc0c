import type { Informer } from '../../runtime/cache/informer.ts';
import type { Node } from '../../runtime/client/resource.ts';
import { delay } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import {
  isSameTaint,
  type NodeTaint,
  notReadyTaint,
  taintsOf,
  unreachableTaint,
  zoneOf,
} from './node-conditions.ts';
import type { NodeHealth } from './node-health.ts';
import { swapTaints } from './swap-taints.ts';
import { type EvictionRates, type Judgement, Zones } from './zones.ts';

/** What `NodeEviction` reads. */
export interface NodeEvictionOptions {
  nodes: Informer<Node>;
  health: NodeHealth;
  stop: AbortSignal;
}

/**
 * Taints nodes that are not ready with `NoExecute`, by which their Pods are evicted, as fast as the rates of
 * their zones allow.
 */
export class NodeEviction {
  readonly #context: ControllerContext;
  readonly #options: NodeEvictionOptions;
  readonly #zones: Zones;
  #isTainting = false;

  constructor(context: ControllerContext, rates: EvictionRates, options: NodeEvictionOptions) {
    this.#context = context;
    this.#options = options;
    this.#zones = new Zones(rates, () => context.clock.monotonicMs());
  }

  /** Sets the rates by how many nodes are ready in each zone. */
  judge(readiness: ReadonlyMap<string, readonly boolean[]>): Judgement {
    return this.#zones.judge(readiness);
  }

  /** The node is gone. */
  forget(node: Node): void {
    this.#zones.cancel(zoneOf(node), node.metadata.name ?? '');
  }

  /** Removes both taints, and the node's place in the queue. */
  async untaint(node: Node): Promise<void> {
    this.forget(node);
    await swapTaints(this.#context, node, { remove: [unreachableTaint, notReadyTaint] });
  }

  /**
   * Brings a node's taint in line with the status of its condition Ready: a taint that the node has already
   * is exchanged at once; a new one waits in the queue of the node's zone.
   */
  async update(node: Node, readyStatus: string): Promise<void> {
    if (readyStatus === 'True') return this.untaint(node);
    const { wanted, other } = taintOf(readyStatus);
    const has = (taint: NodeTaint) => taintsOf(node).some((one) => isSameTaint(one, taint));
    if (has(other)) return swapTaints(this.#context, node, { add: [wanted], remove: [other] });
    if (has(wanted)) this.forget(node);
    else this.#zones.want(zoneOf(node), node.metadata.name ?? '');
  }

  /** Taints the nodes of the queues as their rates allow; resolves when none can be tainted any more. */
  async taintNext(): Promise<void> {
    if (this.#isTainting) return;
    this.#isTainting = true;
    try {
      while (!this.#options.stop.aborted) {
        for (const name of this.#zones.take()) await this.#taint(name);
        const nextMs = this.#zones.nextMs();
        if (nextMs === undefined) return;
        await delay(this.#context.clock, nextMs, this.#options.stop);
      }
    } finally {
      this.#isTainting = false;
    }
  }

  async #taint(name: string): Promise<void> {
    const node = this.#options.nodes.store.get(name);
    // Not from the cache, which may not show yet what was just written.
    const status = this.#options.health.readyStatusOf(name);
    if (node === undefined || status === undefined || status === 'True') return;
    const { wanted, other } = taintOf(status);
    try {
      await swapTaints(this.#context, node, { add: [wanted], remove: [other] });
    } catch (error) {
      // The next check of the node puts it into the queue again.
      this.#context.log.debug({ err: error, node: name }, 'cannot taint a node, trying again');
    }
  }
}

function taintOf(readyStatus: string): { wanted: NodeTaint; other: NodeTaint } {
  return readyStatus === 'Unknown'
    ? { wanted: unreachableTaint, other: notReadyTaint }
    : { wanted: notReadyTaint, other: unreachableTaint };
}
