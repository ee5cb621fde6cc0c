import { isRejected, type Status } from './status.ts';

/**
 * Why nodes were refused; those without a status of their own have `absent` (kube-scheduler: `NodeToStatus`).
 */
export class NodeStatuses {
  readonly #byNode = new Map<string, Status>();
  /** The status of nodes for which no filter was called. */
  absent: Status | undefined;

  /** Notes why a node was refused. */
  set(nodeName: string, status: Status): void {
    this.#byNode.set(nodeName, status);
  }

  /** Why a node was refused. */
  get(nodeName: string): Status | undefined {
    return this.#byNode.get(nodeName) ?? this.absent;
  }

  /** The statuses of nodes that have one of their own. */
  explicit(): Iterable<Status> {
    return this.#byNode.values();
  }

  /** How many nodes have one of their own. */
  get size(): number {
    return this.#byNode.size;
  }

  /**
   * How often each reason is given among `nodeCount` nodes: `1 Insufficient cpu, 2 node(s) were
   * unschedulable`.
   */
  histogram(nodeCount: number): string {
    const counts = new Map<string, number>();
    const count = (reason: string, times: number): void => {
      counts.set(reason, (counts.get(reason) ?? 0) + times);
    };
    for (const { reasons } of this.#byNode.values()) for (const reason of reasons) count(reason, 1);
    const others = nodeCount - this.#byNode.size;
    if (others > 0) for (const reason of this.absent?.reasons ?? []) count(reason, others);
    return [...counts]
      .map(([reason, times]) => `${times} ${reason}`)
      .sort()
      .join(', ');
  }
}

/** Why a Pod fits nowhere, as the plugins said (kube-scheduler: `framework.Diagnosis`). */
export class Diagnosis {
  readonly statuses = new NodeStatuses();
  /** Plugins that rejected the Pod or a node. */
  readonly unschedulablePlugins = new Set<string>();
  /** Those of them that wait for something that was begun already. */
  readonly pendingPlugins = new Set<string>();
  /** Where a PreFilter plugin rejected the Pod: why. */
  preFilterMessage = '';
  postFilterMessage = '';

  /** Notes the plugin that rejected the Pod or a node. */
  addPluginOf(status: Status): void {
    if (status.plugin === undefined || !isRejected(status)) return;
    this.unschedulablePlugins.add(status.plugin);
    if (status.code === 'Pending') this.pendingPlugins.add(status.plugin);
  }
}

/** `0/3 nodes are available` */
function noNodeAvailable(nodeCount: number): string {
  return `0/${nodeCount} nodes are available`;
}

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.` with what PreFilter and
 * PostFilter plugins said (kube-scheduler: `framework.FitError`).
 */
export function fitMessage(
  nodeCount: number,
  { statuses, preFilterMessage, postFilterMessage }: Omit<Diagnosis, 'addPluginOf'>,
): string {
  const reasons = preFilterMessage === '' ? statuses.histogram(nodeCount) : preFilterMessage;
  return [
    `${noNodeAvailable(nodeCount)}:`,
    ...(reasons === '' ? [] : [`${reasons}.`]),
    ...(postFilterMessage === '' ? [] : [postFilterMessage]),
  ].join(' ');
}

/** A Pod fits on no node. */
export class FitError extends Error {
  override readonly name = 'FitError';
  readonly diagnosis: Diagnosis;

  constructor(nodeCount: number, diagnosis: Diagnosis) {
    super(fitMessage(nodeCount, diagnosis));
    this.diagnosis = diagnosis;
  }
}

/** There is no node at all. */
export class NoNodesAvailableError extends Error {
  override readonly name = 'NoNodesAvailableError';

  constructor() {
    super('no nodes available to schedule pods');
  }
}
