import { parseTime } from '../clock.ts';
import type { Pod } from '../client/resource.ts';

/** The `Ready` condition is true. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** When the Pod became ready; undefined while it is not. Milliseconds since the epoch. */
export function readySinceMs(pod: Pod): number | undefined {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'True');
  return parseTime(ready?.lastTransitionTime);
}

/** Has been ready for at least `minReadySeconds`. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  if (!isReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySinceMs(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= nowMs;
}

/** In phase Succeeded or Failed. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Counts as a replica: neither ended nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !pod.metadata.deletionTimestamp;
}

/** Being deleted, and still running. */
export function isTerminating(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

/** Index of Pods by the node that they are bound to: `informer.addIndex(...byNode)`. */
export const byNode = [
  'spec.nodeName',
  (pod: Pod): readonly string[] => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
] as const;
