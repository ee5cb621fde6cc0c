import type { Informer } from '../../runtime/cache/informer.ts';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type Lease, leases, type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { delay } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { byNode } from '../../runtime/workload/pod-state.ts';
import { markPodsNotReady } from './mark-pods.ts';
import { labelsToMend, noScheduleDifference } from './node-conditions.ts';
import { NodeEviction } from './node-eviction.ts';
import { NodeHealth } from './node-health.ts';
import type { NodeLifecycleSettings } from './node-lifecycle-settings.ts';
import { NodeMonitor } from './node-monitor.ts';
import { swapTaints } from './swap-taints.ts';

/** How many Pods are marked at a time. */
const concurrentPods = 4;

/**
 * Follows the health of nodes (Kubernetes: `pkg/controller/nodelifecycle`): what a node reports becomes
 * `NoSchedule` taints at once; a node that reports nothing for too long becomes Unknown; one that is not
 * ready makes its Pods unready and is tainted `NoExecute`, so that taint-eviction-controller deletes them.
 * The latter slows down, and stops, when many nodes fail.
 */
export class NodeLifecycleController implements Worker {
  readonly #context: ControllerContext;
  readonly #settings: NodeLifecycleSettings;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #health: NodeHealth;
  readonly #eviction: NodeEviction;
  readonly #monitor: NodeMonitor;
  readonly #nodeController: Controller;
  readonly #podController: Controller;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    context: ControllerContext,
    { workers, settings }: { workers: number; settings: NodeLifecycleSettings },
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#nodes = context.informers.of(nodes);
    this.#pods = context.informers.of(pods);
    // All of them, not only those of nodes: this informer is shared.
    const allLeases: Informer<Lease> = context.informers.of(leases);
    this.#pods.addIndex(...byNode);
    this.#health = new NodeHealth({
      startupMs: settings.nodeStartupGracePeriodMs,
      monitorMs: settings.nodeMonitorGracePeriodMs,
    });
    const parts = { nodes: this.#nodes, health: this.#health, stop: this.#stop.signal };
    this.#eviction = new NodeEviction(context, settings, parts);
    this.#monitor = new NodeMonitor(context, {
      ...parts,
      leases: allLeases,
      pods: this.#pods,
      eviction: this.#eviction,
    });
    this.#nodeController = createController(context, {
      name: 'node_lifecycle_controller',
      workers,
      sync: (name) => this.#syncNode(name),
    });
    this.#podController = createController(context, {
      name: 'node_lifecycle_controller_pods',
      workers: concurrentPods,
      sync: (key) => this.#syncPod(key),
    });
    this.#addHandlers();
  }

  start(): void {
    this.#nodeController.start();
    this.#podController.start();
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#running, this.#nodeController.stop(), this.#podController.stop()]);
  }

  #addHandlers(): void {
    this.#nodes.addHandler({
      add: ({ metadata }) => this.#nodeController.queue.add(metadata.name ?? ''),
      update: (_, { metadata }) => this.#nodeController.queue.add(metadata.name ?? ''),
    });
    this.#pods.addHandler({
      add: (pod) => this.#podBound(pod),
      update: (before, pod) => {
        if (before.spec?.nodeName !== pod.spec?.nodeName) this.#podBound(pod);
      },
    });
  }

  #podBound(pod: Pod): void {
    if (this.#isOnUnreadyNode(pod)) this.#podController.queue.add(objectKey(pod));
  }

  #isOnUnreadyNode(pod: Pod): boolean {
    const status = this.#health.readyStatusOf(pod.spec?.nodeName ?? '');
    return status !== undefined && status !== 'True';
  }

  /** Brings `NoSchedule` taints and old labels in line with what the node reports. */
  async #syncNode(name: string): Promise<void> {
    const node = this.#nodes.store.get(name);
    if (node === undefined) return;
    await swapTaints(this.#context, node, noScheduleDifference(node));
    const labels = labelsToMend(node);
    if (Object.keys(labels).length === 0) return;
    try {
      await this.#context.client.patch(nodes, { name, type: 'merge', body: { metadata: { labels } } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Marks a Pod that was bound to a node which is not ready. */
  async #syncPod(key: string): Promise<void> {
    const pod = this.#pods.store.get(key);
    if (pod !== undefined && this.#isOnUnreadyNode(pod)) await markPodsNotReady(this.#context, [pod]);
  }

  /** Checks all nodes once a period. */
  async #run(): Promise<void> {
    const { clock, log } = this.#context;
    const { nodeMonitorPeriodMs } = this.#settings;
    let dueMs = clock.now();
    while (!this.#stop.signal.aborted) {
      // Time in which this process did not run says nothing about the nodes.
      const lateMs = clock.now() - dueMs;
      if (lateMs > nodeMonitorPeriodMs) this.#health.extendAll(lateMs);
      try {
        await this.#monitor.checkAll();
      } catch (error) {
        log.warn({ err: error }, 'cannot check the nodes, trying again');
      }
      void this.#eviction.taintNext();
      dueMs = clock.now() + nodeMonitorPeriodMs;
      await delay(clock, nodeMonitorPeriodMs, this.#stop.signal);
    }
  }
}
