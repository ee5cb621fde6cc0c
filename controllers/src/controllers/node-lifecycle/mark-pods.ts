import { isNotFound } from '../../runtime/client/api-error.ts';
import { formatTime } from '../../runtime/clock.ts';
import type { ControllerContext } from '../../runtime/context.ts';
import { type Pod, pods as podResource } from '../../runtime/client/resource.ts';

/**
 * Marks the Pods of a node that is not ready as unready, because the node may not be able to, and records an
 * event of each. Rejects with the first failure after all were tried (Kubernetes: `MarkPodsNotReady`).
 */
export async function markPodsNotReady(
  { client, clock, recorder }: Pick<ControllerContext, 'client' | 'clock' | 'recorder'>,
  pods: readonly Pod[],
): Promise<void> {
  let failure: unknown;
  for (const pod of pods) {
    const conditions = pod.status?.conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'Ready');
    if (ready === undefined || ready.status === 'False') continue;
    const lastTransitionTime = formatTime(clock.now());
    const status = {
      ...pod.status,
      conditions: conditions.map((condition) =>
        condition === ready ? { ...condition, status: 'False', lastTransitionTime } : condition,
      ),
    };
    try {
      await client.update(podResource, { ...pod, status } as Pod, 'status');
    } catch (error) {
      if (isNotFound(error)) continue;
      failure ??= error;
    }
    recorder.event(pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  }
  if (failure !== undefined) throw failure;
}
