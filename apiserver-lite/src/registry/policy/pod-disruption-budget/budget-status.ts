import type { V1PodDisruptionBudget } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { validateConditions } from '../../fields/conditions.ts';

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

/** Kubernetes: `policy/validation.ValidatePodDisruptionBudgetStatusUpdate`. */
export function validateDisruptionStatus(object: V1PodDisruptionBudget): FieldError[] {
  const status = object.status ?? {};
  return [
    ...validateConditions(status.conditions, 'status.conditions'),
    ...counts.flatMap((name) => atLeastZero(`status.${name}`, status[name])),
  ];
}
