import type { KubeObject } from '@pg8s/k8s-proto/object';
import { keepField } from '../generic/kind-strategy.ts';
import { statusStrategy } from '../generic/kind-strategy.ts';
import type { Strategy } from '../strategy.ts';

interface Condition {
  type: string;
}

function conditionsOf(object: KubeObject): Condition[] {
  return ((object['status'] ?? {}) as { conditions?: Condition[] }).conditions ?? [];
}

/** `certificatesigningrequests/approval`: writes the conditions of a request, never its certificate. */
export function approvalStrategy(base: Strategy): Strategy {
  return {
    ...statusStrategy(base),
    prepareForUpdate(object, old) {
      const conditions = conditionsOf(object);
      for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
        if (field !== 'metadata') keepField(object, old, field);
      }
      const status = (object['status'] ?? {}) as Record<string, unknown>;
      object['status'] = conditions.length === 0 ? status : { ...status, conditions };
    },
  };
}
