import type { V1StatefulSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { type Bound, ofReplicas, validateCollisions, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.ValidateStatefulSetStatus`. */
export function validateStatefulSetStatus(object: V1StatefulSet, old: V1StatefulSet): FieldError[] {
  const names = [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}
