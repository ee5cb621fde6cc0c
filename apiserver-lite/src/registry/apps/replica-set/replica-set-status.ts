import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { ofReplicas, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.ValidateReplicaSetStatus`, and that of ReplicationControllers. */
export function validateReplicaSetStatus(object: KubeObject): FieldError[] {
  return validateCounts(
    object,
    [
      'replicas',
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
      'terminatingReplicas',
      'observedGeneration',
    ],
    [
      ...ofReplicas('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
      ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ],
  );
}
