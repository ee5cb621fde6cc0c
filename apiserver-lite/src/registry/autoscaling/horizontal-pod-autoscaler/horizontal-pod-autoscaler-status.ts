import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `autoscaling/validation.ValidateHorizontalPodAutoscalerStatusUpdate`. */
export function validateAutoscalerStatus(object: KubeObject): FieldError[] {
  return validateCounts(object, ['currentReplicas', 'desiredReplicas'], []);
}
