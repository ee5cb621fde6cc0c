import type { V2HorizontalPodAutoscaler } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateCounts } from '../../fields/status-counts.ts';

/** Kubernetes: `autoscaling/validation.ValidateHorizontalPodAutoscalerStatusUpdate`. */
export function validateAutoscalerStatus(object: V2HorizontalPodAutoscaler): FieldError[] {
  return validateCounts(object, ['currentReplicas', 'desiredReplicas'], []);
}
