import type { V1ControllerRevision } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { required } from '../../fields/field-errors.ts';
import { atLeastZero } from '../../fields/rules.ts';

/**
 * The revision is not negative, and the data is there (Kubernetes:
 * `apps/validation.ValidateControllerRevision`).
 */
export const validateControllerRevision = (object: V1ControllerRevision) => [
  ...atLeastZero('revision', Number(object.revision ?? 0)),
  ...validateRevisionData(object.data),
];

function validateRevisionData(data: unknown): FieldError[] {
  if (data === undefined || data === null) return [required('data', 'data is mandatory')];
  const isObject = typeof data === 'object' && !Array.isArray(data);
  return isObject ? [] : [required('data', 'data must be a valid JSON object')];
}
