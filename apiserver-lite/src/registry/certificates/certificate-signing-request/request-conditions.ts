import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf } from '../../generic/copy-object.ts';
import { timestamp } from '../../generic/timestamp.ts';

/** What is said of a request for a certificate. */
export interface RequestCondition {
  type: string;
  status?: string;
  lastUpdateTime?: string | null;
  lastTransitionTime?: string | null;
}

/** All that was said of the request. */
export function conditionsOf(object: KubeObject): RequestCondition[] {
  return ((object['status'] ?? {}) as { conditions?: RequestCondition[] }).conditions ?? [];
}

/** Times that a client left out are now, or what they were where the condition is not new. */
export function withTimes(
  conditions: readonly RequestCondition[],
  old: readonly RequestCondition[],
  nowMs: number,
): RequestCondition[] {
  const now = timestamp(nowMs);
  return conditions.map((condition) => {
    const before = old.find(({ type }) => type === condition.type);
    const moved = before?.status === condition.status ? before?.lastTransitionTime : undefined;
    return Object.assign({}, condition, {
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? moved ?? now,
    });
  });
}

/** Decisions stand as they were made; how many there are is for validation to judge. */
export function withDecisions(
  conditions: readonly RequestCondition[],
  old: readonly RequestCondition[],
): RequestCondition[] {
  const kept = [...conditions];
  for (const decision of ['Approved', 'Denied']) {
    const before = old.filter(({ type }) => type === decision);
    const places = kept.flatMap(({ type }, index) => (type === decision ? [index] : []));
    if (before.length !== places.length) continue;
    for (const [index, place] of places.entries()) kept[place] = copyOf(before[index]!);
  }
  return kept;
}
