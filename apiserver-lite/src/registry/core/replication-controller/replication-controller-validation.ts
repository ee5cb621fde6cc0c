import { specOf } from '../../fields/spec-and-status.ts';
import type { V1ReplicationController } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { required } from '../../fields/field-errors.ts';
import { atLeastZero } from '../../fields/rules.ts';
import { validateEndless, validateSelected } from '../../pod-template/controlled-template.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';

/** Kubernetes: `core/validation.ValidateReplicationControllerSpec`. */
export function validateReplicationController(object: V1ReplicationController): FieldError[] {
  const { selector = {}, template, ...spec } = specOf(object);
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
