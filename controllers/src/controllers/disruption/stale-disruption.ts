import { objectKey } from '../../runtime/client/api-object.ts';
import { formatTime, parseTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import { isTerminal } from '../../runtime/workload/pod-state.ts';
import { type Pod, pods as podResource } from '../../runtime/client/resource.ts';

const disruptionTarget = 'DisruptionTarget';
const staleAfterMs = 120_000;

/** How long until the announcement of a disruption that never came is taken back; undefined: there is none. */
function staleInMs(pod: Pod, nowMs: number): number | undefined {
  if (pod.metadata.deletionTimestamp || isTerminal(pod)) return undefined;
  const condition = pod.status?.conditions?.find(({ type }) => type === disruptionTarget);
  // The kubelet may take its time.
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  const sinceMs = parseTime(condition.lastTransitionTime as unknown as string) ?? 0;
  return Math.max(sinceMs + staleAfterMs - nowMs, 0);
}

/** Takes the condition `DisruptionTarget` back from Pods that were announced to go and stayed (KEP-3329). */
export function createStaleDisruptionController(context: ControllerContext): Controller {
  const { client, clock, informers } = context;
  const pods = informers.of(podResource);
  const controller = createController(context, { name: 'stale-pod-disruption', workers: 1, sync });

  function enqueue(pod: Pod): void {
    const waitMs = staleInMs(pod, clock.now());
    if (waitMs !== undefined) controller.queue.addAfter(objectKey(pod), waitMs);
  }
  pods.addHandler({ add: enqueue, update: (_, pod) => enqueue(pod) });

  async function sync(key: string): Promise<void> {
    const pod = pods.store.get(key);
    const waitMs = pod && staleInMs(pod, clock.now());
    if (pod === undefined || waitMs === undefined) return;
    if (waitMs > 0) return controller.queue.addAfter(key, waitMs);
    const now = formatTime(clock.now());
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition.type === disruptionTarget
        ? { type: disruptionTarget, status: 'False', lastProbeTime: null, lastTransitionTime: now }
        : condition,
    );
    const status = { ...pod.status, conditions } as NonNullable<Pod['status']>;
    await client.update(podResource, { ...pod, status }, 'status');
  }

  return controller;
}
