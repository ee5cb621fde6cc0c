import { parseTime } from '../clock.ts';
import { isActive, isReady, readySinceMs } from './pod-state.ts';
import type { Pod } from '../client/resource.ts';

const phaseRanks: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

/**
 * Chooses which Pods a scale-down deletes (Kubernetes: `controller.ActivePodsWithRanks`). The first
 * difference decides; the Pod that comes first is deleted first:
 *
 * 1. not assigned to a node
 * 2. pending, then unknown, then running
 * 3. not ready
 * 4. lower `pod-deletion-cost`
 * 5. more related Pods on its node
 * 6. ready for a shorter time, in powers of two, so that age only counts where it differs much; then by uid
 * 7. more restarts
 * 8. younger, in powers of two again; then by uid
 *
 * `related` are the Pods of all ReplicaSets with the same owner.
 */
export function choosePodsToDelete(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  nowMs: number,
): Pod[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string, number>();
  for (const pod of related) {
    if (isActive(pod)) onNode.set(nodeOf(pod), (onNode.get(nodeOf(pod)) ?? 0) + 1);
  }
  return [...pods].sort((a, b) => compare(a, b, { onNode, nowMs })).slice(0, count);
}

function compare(a: Pod, b: Pod, { onNode, nowMs }: { onNode: Map<string, number>; nowMs: number }): number {
  const assigned = Number(nodeOf(a) !== '') - Number(nodeOf(b) !== '');
  if (assigned !== 0) return assigned;
  const phase = phaseRank(a) - phaseRank(b);
  if (phase !== 0) return phase;
  const ready = Number(isReady(a)) - Number(isReady(b));
  if (ready !== 0) return ready;
  const cost = costOf(a) - costOf(b);
  if (cost !== 0) return cost;
  const crowd = (onNode.get(nodeOf(b)) ?? 0) - (onNode.get(nodeOf(a)) ?? 0);
  if (crowd !== 0) return crowd;
  if (isReady(a) && isReady(b)) {
    const readiness = compareAges(readySinceMs(a), readySinceMs(b), { a, b, nowMs });
    if (readiness !== 0) return readiness;
  }
  const restarts = compareRestarts(a, b);
  if (restarts !== 0) return restarts;
  return compareAges(parseTime(a.metadata.creationTimestamp), parseTime(b.metadata.creationTimestamp), {
    a,
    b,
    nowMs,
  });
}

function compareAges(
  first: number | undefined,
  second: number | undefined,
  { a, b, nowMs }: { a: Pod; b: Pod; nowMs: number },
): number {
  if (first === second) return 0;
  if (first === undefined) return -1;
  if (second === undefined) return 1;
  const difference = magnitude(nowMs - first) - magnitude(nowMs - second);
  if (difference !== 0) return difference;
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1;
}

/** The power of two of an age; Kubernetes counts nanoseconds. */
function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}

function nodeOf(pod: Pod): string {
  return pod.spec?.nodeName ?? '';
}

function phaseRank(pod: Pod): number {
  return phaseRanks[pod.status?.phase ?? ''] ?? 0;
}

function costOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCost] ?? '0';
  // As strict as Kubernetes: no plus sign, no leading zeros, int32; anything else counts as 0.
  if (!/^(0|-?[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function compareRestarts(a: Pod, b: Pod): number {
  const [regularA, sidecarA] = maxRestarts(a);
  const [regularB, sidecarB] = maxRestarts(b);
  return regularB - regularA || sidecarB - sidecarA;
}

/** The most restarts of a container, and of a sidecar (an init container that keeps running). */
function maxRestarts(pod: Pod): [number, number] {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const regular = (pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount);
  const sidecar = (pod.status?.initContainerStatuses ?? [])
    .filter(({ name }) => sidecars.has(name))
    .map(({ restartCount }) => restartCount);
  return [Math.max(0, ...regular), Math.max(0, ...sidecar)];
}
