export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
  observedGeneration?: number;
}

export interface PodStatus {
  conditions?: PodCondition[];
  [field: string]: unknown;
}

/** The status with the condition in it; its transition time moves only when its status changes. */
export function setPodCondition(status: PodStatus = {}, condition: PodCondition, now: string): PodStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find(({ type }) => type === condition.type);
  const next: PodCondition = {
    lastProbeTime: null,
    ...condition,
    lastTransitionTime: old?.status === condition.status ? (old.lastTransitionTime ?? now) : now,
  };
  return {
    ...status,
    conditions:
      old === undefined ? [...conditions, next] : conditions.map((item) => (item === old ? next : item)),
  };
}
