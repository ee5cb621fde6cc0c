import type { V1ReplicaSetSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { validateSelectedTemplate } from '../../pod-template/controlled-template.ts';

/** Kubernetes: `apps/validation.ValidateReplicaSetSpec`. */
export function validateReplicaSet(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1ReplicaSetSpec;
  return [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelectedTemplate(spec.selector, spec.template),
  ];
}
