import { specOf } from '../../fields/spec-and-status.ts';
import type { V1ReplicaSet } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { validateSelectedTemplate } from '../../pod-template/controlled-template.ts';

/** Kubernetes: `apps/validation.ValidateReplicaSetSpec`. */
export function validateReplicaSet(object: V1ReplicaSet): FieldError[] {
  const spec = specOf(object);
  return [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelectedTemplate(spec.selector, spec.template),
  ];
}
