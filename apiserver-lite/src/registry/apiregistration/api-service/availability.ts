import type { KubeObject } from '@pg8s/k8s-proto/object';
import { timestamp } from '../../generic/timestamp.ts';

/** Whether an APIService can be used, and why not. */
export interface Availability {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

interface Condition extends Partial<Availability> {
  type: string;
  lastTransitionTime?: string;
}

/** What this server answers for itself is there at once. */
const local: Availability = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
};

/**
 * An APIService that leads to no Service is served here and always available (kube-aggregator:
 * `status/local`). Others stay as they are.
 */
export function withLocalAvailability(object: KubeObject, nowMs: number): KubeObject {
  const { service } = (object['spec'] ?? {}) as { service?: unknown };
  if (service !== undefined && service !== null) return object;
  const known = availableCondition(object);
  return known?.status === 'True' && known.reason === 'Local'
    ? object
    : withAvailability(object, local, nowMs);
}

/**
 * The APIService with that condition, which keeps its time as long as its status stays; the object itself
 * where it says so already.
 */
export function withAvailability(object: KubeObject, availability: Availability, nowMs: number): KubeObject {
  const { status, reason, message } = availability;
  const known = availableCondition(object);
  if (known?.status === status && known.reason === reason && known.message === message) return object;
  const condition = {
    type: 'Available',
    status,
    lastTransitionTime:
      known?.status === status ? (known.lastTransitionTime ?? timestamp(nowMs)) : timestamp(nowMs),
    reason,
    message,
  };
  const current = (object['status'] ?? {}) as { conditions?: Condition[] };
  return { ...object, status: { ...current, conditions: replaced(current.conditions ?? [], condition) } };
}

function availableCondition(object: KubeObject): Condition | undefined {
  const { conditions } = (object['status'] ?? {}) as { conditions?: Condition[] };
  return conditions?.find(({ type }) => type === 'Available');
}

/** In the place of the one of its type, or at the end. */
function replaced(conditions: readonly Condition[], condition: Condition): Condition[] {
  return conditions.some(({ type }) => type === condition.type)
    ? conditions.map((each) => (each.type === condition.type ? condition : each))
    : [...conditions, condition];
}
