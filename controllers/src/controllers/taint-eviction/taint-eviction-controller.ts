import type { Informer } from '../../runtime/cache/informer.ts';
import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { formatTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { Worker } from '../../runtime/part.ts';
import { setPodCondition } from '../../runtime/workload/pod-condition.ts';
import { byNode } from '../../runtime/workload/pod-state.ts';
import { type Taint, type Toleration, tolerates } from '../../selectors/tolerations.ts';

/** A planned deletion of a Pod; times by the monotonic clock. */
interface Planned {
  uid: string;
  dueMs: number;
}

/**
 * Deletes Pods from nodes with a `NoExecute` taint that they do not tolerate, or not for longer (Kubernetes:
 * `pkg/controller/tainteviction`).
 */
export class TaintEvictionController implements Worker {
  readonly #context: ControllerContext;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #controller: Controller;
  /** By the Pod's key. */
  readonly #planned = new Map<string, Planned>();

  constructor(context: ControllerContext, { workers }: { workers: number }) {
    this.#context = context;
    this.#nodes = context.informers.of(nodes);
    this.#pods = context.informers.of(pods);
    this.#pods.addIndex(...byNode);
    this.#controller = createController(context, {
      name: 'noexec_taint_pod',
      workers,
      sync: (key) => this.#sync(key),
    });
    this.#nodes.addHandler({
      add: (node) => {
        if (noExecute(node).length > 0) this.#enqueuePodsOf(node);
      },
      update: (before, node) => {
        if (JSON.stringify(noExecute(before)) !== JSON.stringify(noExecute(node))) this.#enqueuePodsOf(node);
      },
    });
    this.#pods.addHandler({
      add: (pod) => this.#enqueue(pod),
      update: (before, pod) => {
        if (!hasSamePlace(before, pod)) this.#enqueue(pod);
      },
      delete: (pod) => this.#enqueue(pod),
    });
  }

  start(): void {
    this.#controller.start();
  }

  async stop(): Promise<void> {
    await this.#controller.stop();
  }

  #enqueuePodsOf({ metadata }: Node): void {
    for (const pod of this.#pods.store.byIndex(byNode[0], metadata.name ?? ''))
      this.#controller.queue.add(objectKey(pod));
  }

  #enqueue(pod: Pod): void {
    const key = objectKey(pod);
    const node = this.#nodes.store.get(pod.spec?.nodeName ?? '');
    if ((node && noExecute(node).length > 0) || this.#planned.has(key)) this.#controller.queue.add(key);
  }

  async #sync(key: string): Promise<void> {
    const pod = this.#pods.store.get(key);
    const plan = this.#planned.get(key);
    if (pod === undefined || (plan !== undefined && plan.uid !== pod.metadata.uid)) this.#cancel(key);
    const node = this.#nodes.store.get(pod?.spec?.nodeName ?? '');
    // Pods of a Node that is gone are not deleted because of taints.
    if (pod === undefined || node === undefined) return void this.#planned.delete(key);
    const toleratedMs = toleratedForMs(noExecute(node), (pod.spec?.tolerations ?? []) as Toleration[]);
    if (toleratedMs === undefined) return this.#cancel(key);
    const dueMs = this.#plan(key, pod, toleratedMs);
    const now = this.#context.clock.monotonicMs();
    if (dueMs > now) return this.#controller.queue.addAfter(key, dueMs - now);
    this.#planned.delete(key);
    await this.#evict(pod);
  }

  /** When the Pod is to be deleted. What was planned earlier stays, unless the Pod must go at once. */
  #plan(key: string, pod: Pod, toleratedMs: number): number {
    const planned = this.#planned.get(key);
    if (planned !== undefined && toleratedMs > 0) return planned.dueMs;
    const dueMs = this.#context.clock.monotonicMs() + toleratedMs;
    this.#planned.set(key, { uid: pod.metadata.uid ?? '', dueMs });
    return dueMs;
  }

  #cancel(key: string): void {
    if (this.#planned.delete(key)) this.#event(key, `Cancelling deletion of Pod ${key}`);
  }

  async #evict(pod: Pod): Promise<void> {
    const { client, clock } = this.#context;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    if (pod.metadata.deletionTimestamp === undefined)
      this.#event(objectKey(pod), `Marking for deletion Pod ${objectKey(pod)}`);
    try {
      await setPodCondition(client, pod, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
        now: formatTime(clock.now()),
      });
      await client.delete(pods, { namespace, name }, { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #event(key: string, message: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const about = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
    this.#context.recorder.event(about, { type: 'Normal', reason: 'TaintManagerEviction', message });
  }
}

/** Whether a Pod is on the same node as before, with the same tolerations. */
function hasSamePlace(before: Pod, { spec }: Pod): boolean {
  return (
    before.spec?.nodeName === spec?.nodeName &&
    JSON.stringify(before.spec?.tolerations) === JSON.stringify(spec?.tolerations)
  );
}

function noExecute(node: Node): Taint[] {
  return ((node.spec?.taints ?? []) as Taint[])
    .filter(({ effect }) => effect === 'NoExecute')
    .map(({ key, value, effect }) => ({ key, ...(value ? { value } : {}), effect }));
}

/**
 * For how many milliseconds a Pod may stay on a node with these taints: 0 when it does not tolerate one of
 * them, undefined for ever. Of several tolerations of one taint the first counts (Kubernetes:
 * `getMinTolerationTime`).
 */
export function toleratedForMs(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    const used = tolerations.find((toleration) => tolerates(toleration, taint)) as
      | (Toleration & { tolerationSeconds?: number | null })
      | undefined;
    if (used === undefined) return 0;
    const seconds = used.tolerationSeconds;
    if (seconds === undefined || seconds === null) continue;
    shortest = Math.min(shortest ?? Infinity, Math.max(0, seconds) * 1000);
  }
  return shortest;
}
