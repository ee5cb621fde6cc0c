import { ownValue } from '@pg8s/k8s-proto/own-value';
import { formatTime, parseTime } from '../../runtime/clock.ts';
import { isReady } from '../../runtime/workload/pod-state.ts';
import type { DisruptionBudget, Pod } from '../../runtime/client/resource.ts';

/**
 * After its eviction was granted, a Pod must be deleted within this time; else the eviction does not count.
 */
const deletionTimeoutMs = 120_000;

/** Evictions that the API has granted, of Pods that are not being deleted yet. */
export interface DisruptedPods {
  /** By name, when the eviction was granted: what the status keeps. */
  waiting: Record<string, string>;
  /** Pods that were expected to be deleted and were not. */
  expired: Pod[];
  /** When the next of them expires; undefined: none waits. Milliseconds since the epoch. */
  recheckAtMs: number | undefined;
}

/** Sorts the granted evictions; Pods that are being deleted or gone are left out. */
export function disruptedPods(budget: DisruptionBudget, pods: readonly Pod[], nowMs: number): DisruptedPods {
  const granted = budget.status?.disruptedPods ?? {};
  const result: DisruptedPods = { waiting: {}, expired: [], recheckAtMs: undefined };
  for (const pod of pods) {
    const name = pod.metadata.name ?? '';
    const grantedMs = parseTime(ownValue(granted, name));
    if (grantedMs === undefined || pod.metadata.deletionTimestamp) continue;
    const expiresMs = grantedMs + deletionTimeoutMs;
    if (expiresMs < nowMs) {
      result.expired.push(pod);
      continue;
    }
    result.waiting[name] = formatTime(grantedMs);
    result.recheckAtMs = Math.min(result.recheckAtMs ?? expiresMs, expiresMs);
  }
  return result;
}

/** The number of Pods that are ready and not about to be evicted. */
export function countHealthy(
  pods: readonly Pod[],
  waiting: Readonly<Record<string, string>>,
  nowMs: number,
): number {
  return pods.filter((pod) => {
    if (pod.metadata.deletionTimestamp) return false;
    const grantedMs = parseTime(ownValue(waiting, pod.metadata.name ?? ''));
    if (grantedMs !== undefined && grantedMs + deletionTimeoutMs > nowMs) return false;
    return isReady(pod);
  }).length;
}
