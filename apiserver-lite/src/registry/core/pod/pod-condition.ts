import type { V1PodCondition, V1PodStatus } from '@pg8s/k8s-proto/generated/models';

/** How Go prints a time that was never set; the model has no null. */
const never = null as unknown as string;

/** The status with the condition in it; its transition time moves only when its status changes. */
export function setPodCondition(
  status: V1PodStatus = {},
  condition: V1PodCondition,
  now: string,
): V1PodStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find(({ type }) => type === condition.type);
  const next: V1PodCondition = {
    lastProbeTime: never,
    ...condition,
    lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? now) : now,
  };
  return {
    ...status,
    conditions:
      old === undefined ? [...conditions, next] : conditions.map((item) => (item === old ? next : item)),
  };
}
