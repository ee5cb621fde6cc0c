import { type ApiObject, objectKey } from '../runtime/client/api-object.ts';
import { isConflict, isNotFound, retryAfterOf } from '../runtime/client/api-error.ts';
import type { ControllerContext } from '../runtime/context.ts';
import { formatTime } from '../runtime/clock.ts';
import { namespaces, type Node, nodes, type Pod, pods } from '../runtime/client/resource.ts';
import { ClusterState } from './framework/nodes/cluster-state.ts';
import { decide } from './framework/cycles/scheduling-algorithm.ts';
import { defaultProfile } from './plugins/default-plugins.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import { planVolumes, type VolumePlan } from './plugins/volume-binding/plan-volumes.ts';
import { unboundClaimsOf } from './plugins/volume-binding/storage.ts';
import { createVolumeBinder } from './plugins/volume-binding/volume-binder.ts';

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
  const volumes = createVolumeBinder(context, () => queue.move('storage'));
  const { storage } = volumes;
  const profile = defaultProfile({
    namespaceLabels: (name) => allNamespaces.store.get(name)?.metadata.labels,
    storage,
  });
  /** Requests under way; there is a limit. */
  const binding = new Set<Promise<void>>();
  /** Pods that have a node and wait for their volumes. */
  const waiting = new Map<string, AbortController>();
  const waitingDone = new Set<Promise<void>>();
  let running: Promise<void> | undefined;
  let isStopped = false;

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
      waiting.get(pod.metadata.uid ?? '')?.abort();
      if (pod.spec?.nodeName) queue.move('pod gone');
    },
  });
  allNodes.addHandler({
    add(node) {
      state.setNode(node);
      queue.move('node');
    },
    update(before, node) {
      state.setNode(node);
      if (JSON.stringify(placementOf(before)) !== JSON.stringify(placementOf(node))) queue.move('node');
    },
    delete: (node) => state.removeNode(node),
  });

  function seen(before: Pod | undefined, pod: Pod): void {
    if (pod.spec?.nodeName) {
      const wasThere = before?.spec?.nodeName !== undefined && !isFinished(before);
      queue.remove(pod);
      if (isFinished(pod)) {
        state.removePod(pod);
        if (wasThere) queue.move('pod gone');
        return;
      }
      state.setPod(pod);
      if (!wasThere) queue.move('pod placed');
      else if (countsOtherwise(before, pod)) {
        queue.move('pod placed');
        queue.move('pod gone');
      }
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
    for (const one of waiting.values()) one.abort();
    await Promise.all(waitingDone);
    await Promise.all(binding);
  }

  function schedule(pod: Pod): void {
    const decision = decide(pod, state.nodes(), profile, context.random);
    if (decision.nodeName === undefined) {
      queue.fail(pod, decision.helpedBy);
      background(reportFailure(pod, decision.message));
      return;
    }
    const { nodeName } = decision;
    const node = allNodes.store.get(nodeName);
    const plan = node && planVolumes(unboundClaimsOf(pod, storage), node, storage);
    state.assume(pod, nodeName);
    if (node === undefined || plan === undefined || plan.bindings.length + plan.provisions.length === 0)
      background(bind(pod, nodeName));
    else awaitVolumes(pod, node, plan);
  }

  /** Has the Pod's volumes bound, however long that takes, and then the Pod. */
  function awaitVolumes(pod: Pod, node: Node, plan: VolumePlan): void {
    const uid = pod.metadata.uid ?? '';
    const abort = new AbortController();
    const release = volumes.assume(plan, node);
    waiting.set(uid, abort);
    const work = async (): Promise<void> => {
      let problem: Error | undefined;
      try {
        await volumes.bind(plan, node, abort.signal);
      } catch (error) {
        problem = error as Error;
      }
      // First of all: the Pod may be taken again at once.
      release();
      waiting.delete(uid);
      if (problem === undefined) {
        background(bind(pod, node.metadata.name ?? ''));
        return;
      }
      state.forget(pod);
      queue.retry(pod);
      if (abort.signal.aborted) return;
      const message = `running PreBind plugin "VolumeBinding": binding volumes: ${problem.message}`;
      background(reportFailure(pod, message, 'SchedulerError'));
    };
    const done = work().finally(() => waitingDone.delete(done));
    waitingDone.add(done);
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
      if (isNotFound(error) || isConflict(error)) queue.fail(pod, new Set());
      else queue.retry(pod);
      log.debug({ err: error, pod: `${namespace}/${name}` }, 'binding failed');
      return;
    }
    recorder.event(pod, {
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    });
  }

  async function reportFailure(pod: Pod, message: string, reason = 'Unschedulable'): Promise<void> {
    recorder.event(pod, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', message });
    const conditions = (pod.status?.conditions ?? []) as Condition[];
    const known = conditions.find(({ type }) => type === 'PodScheduled');
    if (known?.status === 'False' && known.reason === reason && known.message === message) return;
    await writeCondition(pod, {
      type: 'PodScheduled',
      status: 'False',
      reason,
      message,
      ...(known?.status === 'False' ? {} : { lastTransitionTime: formatTime(clock.now()) }),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    });
  }

  async function writeCondition(pod: Pod, condition: object): Promise<void> {
    const { namespace = '', name = '' } = pod.metadata;
    try {
      await client.patch(pods, {
        namespace,
        name,
        type: 'strategic',
        subresource: 'status',
        body: { status: { conditions: [condition] } },
      });
    } catch (error) {
      const busyMs = retryAfterOf(error);
      if (busyMs === undefined && !isNotFound(error)) throw error;
      // Later, and without keeping others from being bound meanwhile; by then it may be out of date.
      if (busyMs !== undefined)
        clock.after(busyMs, () => {
          if (!isStopped && isWaiting(pod)) background(writeCondition(pod, condition));
        });
    }
  }

  /** Still without a node, and not on its way to one. */
  function isWaiting(pod: Pod): boolean {
    const current = allPods.store.get(objectKey(pod));
    return current?.metadata.uid === pod.metadata.uid && !current?.spec?.nodeName && !state.isAssumed(pod);
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      isStopped = true;
      queue.close();
      await running;
    },
  };
}

/** Whether a Pod on a node counts otherwise than before for those that look at it. */
function countsOtherwise(before: Pod, pod: Pod): boolean {
  return (
    before.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    (before.metadata.generation ?? 0) !== (pod.metadata.generation ?? 0) ||
    JSON.stringify(before.metadata.labels) !== JSON.stringify(pod.metadata.labels)
  );
}

/** What about a node decides which Pods it can take; its heartbeats do not. */
function placementOf(node: ApiObject & { spec?: unknown; status?: unknown }): unknown[] {
  const { allocatable } = (node.status ?? {}) as { allocatable?: unknown };
  return [node.metadata.labels, node.spec, allocatable];
}
