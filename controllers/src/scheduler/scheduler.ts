import type { ApiObject } from '../runtime/api-object.ts';
import { isConflict, isNotFound } from '../runtime/api-error.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { formatTime } from '../runtime/clock.ts';
import { namespaces, nodes, type Pod, pods } from '../runtime/resource.ts';
import { ClusterState } from './cluster-state.ts';
import { decide } from './decision.ts';
import { defaultProfile } from './default-profile.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

export interface SchedulerOptions {
  /** Pods whose `spec.schedulerName` is this one. */
  schedulerName?: string;
  /** Bindings under way at a time; decisions wait while there are more. */
  concurrentBindings?: number;
}

/** Gives Pods without a node one. Start it when the informers have synced, and only while leading. */
export interface Scheduler {
  start(): void;
  /** Lets bindings under way finish. */
  stop(): Promise<void>;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/**
 * Places Pods one at a time: decide on the state known here, count the Pod on its node at once, post the Binding in
 * the background. What the API shows later confirms it, and a failed Binding takes it back.
 */
export function createScheduler(context: ControllerContext, options: SchedulerOptions = {}): Scheduler {
  const { client, clock, informers, log, recorder } = context;
  const { schedulerName = 'default-scheduler', concurrentBindings = 64 } = options;
  const state = new ClusterState();
  const queue = new SchedulingQueue(clock);
  const allPods = informers.of(pods);
  const allNodes = informers.of(nodes);
  const allNamespaces = informers.of(namespaces);
  const profile = defaultProfile((name) => allNamespaces.store.get(name)?.metadata.labels);
  const binding = new Set<Promise<void>>();
  let running: Promise<void> | undefined;

  const isFinished = (pod: Pod): boolean => ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '');
  const isOurs = (pod: Pod): boolean =>
    (pod.spec?.schedulerName || 'default-scheduler') === schedulerName &&
    pod.metadata.deletionTimestamp === undefined;
  const isGated = (pod: Pod): boolean => (pod.spec?.schedulingGates ?? []).length > 0;

  allPods.addHandler({
    add: (pod) => seen(undefined, pod),
    update: seen,
    delete(pod) {
      queue.remove(pod);
      state.removePod(pod);
      if (pod.spec?.nodeName) queue.moveAll();
    },
  });
  allNodes.addHandler({
    add(node) {
      state.setNode(node);
      queue.moveAll();
    },
    update(before, node) {
      state.setNode(node);
      if (JSON.stringify(placementOf(before)) !== JSON.stringify(placementOf(node))) queue.moveAll();
    },
    delete: (node) => state.removeNode(node),
  });

  function seen(before: Pod | undefined, pod: Pod): void {
    if (pod.spec?.nodeName) {
      const freed = isFinished(pod) && before !== undefined && !isFinished(before);
      queue.remove(pod);
      if (isFinished(pod)) state.removePod(pod);
      else state.setPod(pod);
      // A Pod that came may be what an affinity waits for; one that finished leaves room.
      if (freed || !before?.spec?.nodeName) queue.moveAll();
    } else if (!isOurs(pod) || isGated(pod) || isFinished(pod)) {
      queue.remove(pod);
    } else if (!state.isAssumed(pod)) {
      queue.set(pod, JSON.stringify(before?.spec) !== JSON.stringify(pod.spec));
    }
  }

  async function run(): Promise<void> {
    for (let pod = await queue.take(); pod !== undefined; pod = await queue.take()) {
      schedule(pod);
      while (binding.size >= concurrentBindings) await Promise.race(binding);
    }
    await Promise.all(binding);
  }

  function schedule(pod: Pod): void {
    const decision = decide(pod, state.nodes(), profile, context.random);
    if (decision.nodeName === undefined) {
      queue.fail(pod);
      background(reportFailure(pod, decision.message));
      return;
    }
    state.assume(pod, decision.nodeName);
    background(bind(pod, decision.nodeName));
  }

  function background(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => log.warn({ err: error }, 'scheduling'))
      .finally(() => binding.delete(tracked));
    binding.add(tracked);
  }

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    try {
      const body: ApiObject & { target: object } = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { namespace, name, uid },
        target: { kind: 'Node', name: nodeName },
      };
      await client.createSubresource(pods, { namespace, name, subresource: 'binding' }, body);
    } catch (error) {
      state.forget(pod);
      // Deleted or placed by another: its informer tells, and takes it off the queue.
      if (isNotFound(error) || isConflict(error)) queue.fail(pod);
      else queue.retry(pod);
      log.debug({ err: error, pod: `${namespace}/${name}` }, 'binding failed');
      return;
    }
    recorder.event(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    });
  }

  async function reportFailure(pod: Pod, message: string): Promise<void> {
    recorder.event(pod, { type: 'Warning', reason: 'FailedScheduling', message });
    const conditions = (pod.status?.conditions ?? []) as Condition[];
    const known = conditions.find(({ type }) => type === 'PodScheduled');
    if (known?.status === 'False' && known.reason === 'Unschedulable' && known.message === message) return;
    const { namespace = '', name = '' } = pod.metadata;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      ...(known?.status === 'False' ? {} : { lastTransitionTime: formatTime(clock.now()) }),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    };
    try {
      await client.patch(pods, {
        namespace,
        name,
        type: 'strategic',
        subresource: 'status',
        body: { status: { conditions: [condition] } },
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      queue.close();
      await running;
    },
  };
}

/** What about a node decides which Pods it can take; its heartbeats do not. */
function placementOf(node: ApiObject & { spec?: unknown; status?: unknown }): unknown[] {
  const { allocatable } = (node.status ?? {}) as { allocatable?: unknown };
  return [node.metadata.labels, node.spec, allocatable];
}
