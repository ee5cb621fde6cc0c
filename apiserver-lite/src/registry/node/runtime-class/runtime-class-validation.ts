import type { V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, required } from '../../fields/field-errors.ts';
import { dns1123Label } from '../../fields/formats.ts';
import { validateLabels } from '../../fields/metadata.ts';
import { validateResources } from '../../pod-template/resources/resources.ts';
import { validateTolerations } from '../../pod-template/scheduling/tolerations.ts';

/** Kubernetes: `node/validation.ValidateRuntimeClass`. */
export function validateRuntimeClass({ handler = '', overhead, scheduling }: V1RuntimeClass): FieldError[] {
  return [
    ...(handler === '' ? [required('handler')] : invalidEach('handler', handler, dns1123Label(handler))),
    ...(overhead === undefined
      ? []
      : validateResources({ limits: overhead.podFixed ?? {} }, 'overhead', { claims: new Set() })),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations, 'scheduling.tolerations'),
  ];
}
