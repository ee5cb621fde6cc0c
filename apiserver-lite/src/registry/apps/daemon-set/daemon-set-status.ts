import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateCollisions, validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `apps/validation.validateDaemonSetStatus`. */
export function validateDaemonSetStatus(object: KubeObject, old: KubeObject): FieldError[] {
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
