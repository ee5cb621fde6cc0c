import { ownValue } from '@pg8s/k8s-proto/own-value';
import { formatTime, parseTime } from '../../runtime/clock.ts';
import { isReady } from '../../runtime/workload/pod-state.ts';
import type { DisruptionBudget, Pod } from '../../runtime/client/resource.ts';

/** So long after its eviction a Pod must be on its way out; else it was not evicted after all. */
const deletionTimeoutMs = 120_000;

/** Evictions that the API has granted, and whose Pods do not show it yet. */
export interface DisruptedPods {
  /** By name, when the eviction was granted: what the status keeps. */
  waiting: Record<string, string>;
  /** Those that were expected to go and did not. */
  expired: Pod[];
  /** When the next of them expires; undefined: none waits. Milliseconds since the epoch. */
  recheckAtMs: number | undefined;
}

/** Looks through the granted evictions: Pods that are being deleted or gone need no memory. */
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

/** Pods that serve, and that nobody is about to take away. */
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
