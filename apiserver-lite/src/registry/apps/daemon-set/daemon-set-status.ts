import type { V1DaemonSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateCollisions, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.validateDaemonSetStatus`. */
export function validateDaemonSetStatus(object: V1DaemonSet, old: V1DaemonSet): FieldError[] {
  const names = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ];
  return [...validateCounts(object, names, []), ...validateCollisions(object, old)];
}
