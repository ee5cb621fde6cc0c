import { parseTime } from '../../runtime/clock.ts';
import type { Lease, Node } from '../../runtime/client/resource.ts';
import { conditionOf, type NodeCondition } from './node-conditions.ts';

interface Health {
  ready: NodeCondition | undefined;
  /** When we last saw a sign of life, by our own clock. */
  seenMs: number;
  renewTimeMs: number | undefined;
}

/** How long a node may be silent, in milliseconds. */
export interface GracePeriods {
  /** One that never reported a status, since its creation. */
  startupMs: number;
  /** All others. */
  monitorMs: number;
}

/**
 * When each node was last heard of. A sign of life is a new heartbeat in the condition `Ready` or a renewal of the
 * node's Lease; both are timed by our own clock when they are seen, so that clocks need not agree (Kubernetes:
 * `nodeHealthMap`, `tryUpdateNodeHealth`).
 */
export class NodeHealth {
  readonly #nodes = new Map<string, Health>();
  readonly #grace: GracePeriods;

  constructor(grace: GracePeriods) {
    this.#grace = grace;
  }

  /** Takes what the caches show of a node; true when it was silent for too long. */
  isSilent(node: Node, lease: Lease | undefined, nowMs: number): boolean {
    const name = node.metadata.name ?? '';
    const ready = conditionOf(node, 'Ready');
    let health = this.#nodes.get(name);
    if (health === undefined) {
      // What never reported counts from its creation; of what did, we cannot know for how long it has been silent.
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

  /** Nodes were not watched for some time, which is not held against them. */
  excuse(milliseconds: number): void {
    for (const health of this.#nodes.values()) health.seenMs += milliseconds;
  }

  /** All nodes start anew. */
  forgive(nowMs: number): void {
    for (const health of this.#nodes.values()) health.seenMs = nowMs;
  }

  forget(name: string): void {
    this.#nodes.delete(name);
  }
}
