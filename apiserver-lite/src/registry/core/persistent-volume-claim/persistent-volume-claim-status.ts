import { statusOf } from '../../fields/spec-and-status.ts';
import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { notSupported } from '../../fields/field-errors.ts';
import { validateBasicAmount } from '../../pod-template/resources/resources.ts';

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** Kubernetes: `core/validation.ValidatePersistentVolumeClaimStatusUpdate`. */
export function validateClaimStatus(object: V1PersistentVolumeClaim): FieldError[] {
  const status = statusOf(object);
  const { capacity = {}, allocatedResources = {}, allocatedResourceStatuses = {} } = status;
  const allocated = 'status.allocatedResources';
  return [
    ...Object.entries(capacity).flatMap(([name, amount]) =>
      validateBasicAmount(amount, `status.capacity[${name}]`),
    ),
    ...Object.entries(allocatedResourceStatuses)
      .filter(([, state]) => !resizeStates.includes(state))
      .map(([name]) => notSupported('status.allocatedResourceStatuses', name, resizeStates)),
    ...Object.entries(allocatedResources).flatMap(([name, amount]) =>
      name === 'storage'
        ? validateBasicAmount(amount, `${allocated}[${name}]`)
        : [notSupported(allocated, name, ['storage'])],
    ),
  ];
}
