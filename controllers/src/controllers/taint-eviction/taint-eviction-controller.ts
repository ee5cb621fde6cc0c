import { isNotFound } from '../../runtime/client/api-error.ts';
import { objectKey } from '../../runtime/client/api-object.ts';
import { formatTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { setPodCondition } from '../../runtime/workload/pod-condition.ts';
import { byNode } from '../../runtime/workload/pod-state.ts';
import { type Node, nodes, type Pod, pods } from '../../runtime/client/resource.ts';
import { type Taint, type Toleration, tolerates } from '../../selectors/tolerations.ts';

/** What was decided about a Pod; times by the monotonic clock. */
interface Planned {
  uid: string;
  sinceMs: number;
  dueMs: number;
}

/**
 * Deletes Pods from nodes with a `NoExecute` taint that they do not tolerate, or not for longer (Kubernetes:
 * `pkg/controller/tainteviction`).
 */
export function createTaintEvictionController(
  context: ControllerContext,
  { workers }: { workers: number },
): Controller {
  const { client, clock, informers, recorder } = context;
  const allNodes = informers.of(nodes);
  const allPods = informers.of(pods);
  allPods.addIndex(...byNode);
  const planned = new Map<string, Planned>();
  const controller = createController(context, { name: 'noexec_taint_pod', workers, sync });
  const { queue } = controller;

  const enqueuePods = ({ metadata }: Node): void => {
    for (const pod of allPods.store.byIndex(byNode[0], metadata.name ?? '')) queue.add(objectKey(pod));
  };
  allNodes.addHandler({
    add: (node) => {
      if (noExecute(node).length > 0) enqueuePods(node);
    },
    update: (before, node) => {
      if (JSON.stringify(noExecute(before)) !== JSON.stringify(noExecute(node))) enqueuePods(node);
    },
  });
  const enqueue = (pod: Pod): void => {
    const node = allNodes.store.get(pod.spec?.nodeName ?? '');
    if ((node && noExecute(node).length > 0) || planned.has(objectKey(pod))) queue.add(objectKey(pod));
  };
  allPods.addHandler({
    add: enqueue,
    update: (before, pod) => {
      const { nodeName, tolerations } = pod.spec ?? {};
      const isSame =
        before.spec?.nodeName === nodeName &&
        JSON.stringify(before.spec?.tolerations) === JSON.stringify(tolerations);
      if (!isSame) enqueue(pod);
    },
    delete: enqueue,
  });

  async function sync(key: string): Promise<void> {
    const pod = allPods.store.get(key);
    const plan = planned.get(key);
    if (pod === undefined || (plan !== undefined && plan.uid !== pod.metadata.uid)) cancel(key);
    const node = allNodes.store.get(pod?.spec?.nodeName ?? '');
    // What happens to the Pods of a Node that is gone is not decided by taints.
    if (pod === undefined || node === undefined) return void planned.delete(key);
    const now = clock.monotonicMs();
    const patienceMs = patienceOf(noExecute(node), (pod.spec?.tolerations ?? []) as Toleration[]);
    if (patienceMs === undefined) return cancel(key);
    let current = planned.get(key);
    if (current === undefined || patienceMs === 0) {
      current = { uid: pod.metadata.uid ?? '', sinceMs: now, dueMs: now + patienceMs };
      planned.set(key, current);
    }
    if (current.dueMs > now) return queue.addAfter(key, current.dueMs - now);
    planned.delete(key);
    await evict(pod);
  }

  function cancel(key: string): void {
    if (planned.delete(key)) tell(key, `Cancelling deletion of Pod ${key}`);
  }

  async function evict(pod: Pod): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    if (pod.metadata.deletionTimestamp === undefined)
      tell(objectKey(pod), `Marking for deletion Pod ${objectKey(pod)}`);
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

  function tell(key: string, message: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const about = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
    recorder.event(about, { type: 'Normal', reason: 'TaintManagerEviction', message });
  }

  return controller;
}

function noExecute(node: Node): Taint[] {
  return ((node.spec?.taints ?? []) as Taint[])
    .filter(({ effect }) => effect === 'NoExecute')
    .map(({ key, value, effect }) => ({ key, ...(value ? { value } : {}), effect }));
}

/**
 * For how many milliseconds a Pod may stay on a node with these taints: 0 when it does not tolerate one of them, undefined
 * for ever. Of several tolerations of one taint the first counts (Kubernetes: `getMinTolerationTime`).
 */
export function patienceOf(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
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
