import type { KubeObject } from '@pg8s/k8s-proto/object';
import { keepField, statusStrategy } from '../generic/kind-strategy.ts';
import { timestamp } from '../generic/timestamp.ts';
import type { Strategy } from '../strategy.ts';

interface Condition {
  type: string;
  status?: string;
  lastUpdateTime?: string | null;
  lastTransitionTime?: string | null;
}

/** Times that a client left out are now, or what they were where the condition is not new. */
function withTimes(conditions: readonly Condition[], old: readonly Condition[], now: string): Condition[] {
  return conditions.map((condition) => {
    const before = old.find(({ type }) => type === condition.type);
    const moved = before?.status === condition.status ? before?.lastTransitionTime : undefined;
    return Object.assign({}, condition, {
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? moved ?? now,
    });
  });
}

function conditionsOf(object: KubeObject): Condition[] {
  return ((object['status'] ?? {}) as { conditions?: Condition[] }).conditions ?? [];
}

/** `certificatesigningrequests/approval`: writes the conditions of a request, never its certificate. */
export function approvalStrategy(base: Strategy): Strategy {
  return {
    ...statusStrategy(base),
    prepareForUpdate(object, old, { nowMs }) {
      const conditions = withTimes(conditionsOf(object), conditionsOf(old), timestamp(nowMs));
      for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
        if (field !== 'metadata') keepField(object, old, field);
      }
      const status = (object['status'] ?? {}) as Record<string, unknown>;
      object['status'] = conditions.length === 0 ? status : { ...status, conditions };
    },
  };
}
