import type { V1Deployment } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { type Bound, ofReplicas, validateCollisions, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.ValidateDeploymentStatus`. */
export function validateDeploymentStatus(object: V1Deployment, old: V1Deployment): FieldError[] {
  const names = [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ];
  const bounds: Bound[] = [
    ...ofReplicas('updatedReplicas', 'readyReplicas', 'availableReplicas'),
    ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ];
  return [...validateCounts(object, names, bounds), ...validateCollisions(object, old)];
}
