import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { type Bound, ofReplicas, validateCollisions, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.ValidateStatefulSetStatus`. */
export function validateStatefulSetStatus(object: KubeObject, old: KubeObject): FieldError[] {
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
