import type { V1ReplicaSetSpec, V1ReplicationControllerSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { required } from '../../fields/field-errors.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import {
  validateEndless,
  validateSelected,
  validateSelectedTemplate,
} from '../../pod-template/controlled-template.ts';

/** Kubernetes: `apps/validation.ValidateReplicaSetSpec`. */
export function validateReplicaSet(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1ReplicaSetSpec;
  return [
    ...atLeastZero('spec.replicas', spec.replicas),
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelectedTemplate(spec.selector, spec.template),
  ];
}

/** Kubernetes: `core/validation.ValidateReplicationControllerSpec`. */
export function validateReplicationController(object: KubeObject): FieldError[] {
  const { selector = {}, template, ...spec } = (object['spec'] ?? {}) as V1ReplicationControllerSpec;
  const empty = Object.keys(selector).length === 0;
  return [
    ...atLeastZero('spec.minReadySeconds', spec.minReadySeconds),
    ...(empty ? [required('spec.selector')] : []),
    ...atLeastZero('spec.replicas', spec.replicas),
    ...(template === undefined
      ? [required('spec.template')]
      : [
          ...(empty ? [] : validateSelected(template, { matchLabels: selector })),
          ...validatePodTemplate(template, 'spec.template'),
          ...validateEndless(template, 'ReplicationController'),
        ]),
  ];
}
