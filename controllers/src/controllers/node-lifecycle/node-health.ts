import { parseTime } from '../../runtime/clock.ts';
import type { Lease, Node } from '../../runtime/client/resource.ts';
import { conditionOf, type NodeCondition } from './node-conditions.ts';

interface Health {
  ready: NodeCondition | undefined;
  /** When a heartbeat was last seen, by our own clock. */
  seenMs: number;
  renewTimeMs: number | undefined;
}

/** How long a node may report nothing, in milliseconds. */
export interface GracePeriods {
  /** One that never reported a status, since its creation. */
  startupMs: number;
  /** All others. */
  monitorMs: number;
}

/**
 * When each node last sent a heartbeat: a new `lastHeartbeatTime` of the condition `Ready`, or a renewal of
 * the node's Lease; both are timed by our own clock when they are seen, so that clocks need not agree
 * (Kubernetes: `nodeHealthMap`, `tryUpdateNodeHealth`).
 */
export class NodeHealth {
  readonly #nodes = new Map<string, Health>();
  readonly #grace: GracePeriods;

  constructor(grace: GracePeriods) {
    this.#grace = grace;
  }

  /** Takes what the caches show of a node; true when it did not report for too long. */
  isSilent(node: Node, lease: Lease | undefined, nowMs: number): boolean {
    const name = node.metadata.name ?? '';
    const ready = conditionOf(node, 'Ready');
    let health = this.#nodes.get(name);
    if (health === undefined) {
      // A node that never reported counts from its creation; since when another one has not reported is
      // unknown.
      const createdMs = parseTime(node.metadata.creationTimestamp) ?? nowMs;
      health = { ready, seenMs: ready === undefined ? createdMs : nowMs, renewTimeMs: undefined };
      this.#nodes.set(name, health);
    } else if (ready?.lastHeartbeatTime !== health.ready?.lastHeartbeatTime) {
      health.seenMs = nowMs;
    }
    health.ready = ready;
    const renewTimeMs = parseTime(lease?.spec?.renewTime);
    if (renewTimeMs !== undefined && renewTimeMs > (health.renewTimeMs ?? -Infinity)) {
      health.renewTimeMs = renewTimeMs;
      health.seenMs = nowMs;
    }
    const { startupMs, monitorMs } = this.#grace;
    return nowMs > health.seenMs + (ready === undefined ? startupMs : monitorMs);
  }

  /** The status of the condition `Ready` when it was last looked at; undefined for what is not known. */
  readyStatusOf(name: string): string | undefined {
    return this.#nodes.get(name)?.ready?.status;
  }

  /** Keeps the condition that was written in place of the reported one. */
  wrote(name: string, ready: NodeCondition | undefined): void {
    const health = this.#nodes.get(name);
    if (health !== undefined) health.ready = ready;
  }

  /** Nodes were not watched for some time, which does not count as time without a heartbeat. */
  extendAll(milliseconds: number): void {
    for (const health of this.#nodes.values()) health.seenMs += milliseconds;
  }

  /** The time counts anew for all nodes. */
  restartAll(nowMs: number): void {
    for (const health of this.#nodes.values()) health.seenMs = nowMs;
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }
}
