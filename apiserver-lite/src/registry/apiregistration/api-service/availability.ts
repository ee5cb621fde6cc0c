import type { KubeObject } from '@pg8s/k8s-proto/object';
import { timestamp } from '../../generic/timestamp.ts';

interface Condition {
  type: string;
  status?: string;
  reason?: string;
}

/**
 * An APIService that leads to no Service is served here and always available (kube-aggregator:
 * `status/local`). Others stay as they are.
 */
export function withAvailability(object: KubeObject, nowMs: number): KubeObject {
  const { service } = (object['spec'] ?? {}) as { service?: unknown };
  if (service !== undefined && service !== null) return object;
  const status = (object['status'] ?? {}) as { conditions?: Condition[] };
  const conditions = status.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'Available');
  if (known?.status === 'True' && known.reason === 'Local') return object;
  const condition = {
    type: 'Available',
    status: 'True',
    lastTransitionTime: timestamp(nowMs),
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
  return { ...object, status: { ...status, conditions: replaced(conditions, condition) } };
}

/** In the place of the one of its type, or at the end. */
function replaced<Kind extends Condition>(conditions: readonly Condition[], condition: Kind): Condition[] {
  return conditions.some(({ type }) => type === condition.type)
    ? conditions.map((each) => (each.type === condition.type ? condition : each))
    : [...conditions, condition];
}
