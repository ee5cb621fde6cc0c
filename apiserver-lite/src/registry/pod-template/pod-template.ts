import type { V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField } from '../fields/field-errors.ts';
import { validateAnnotations, validateLabels } from '../fields/metadata.ts';
import { validatePodAnnotations, validateProfileAnnotations } from './pod-annotations.ts';
import { validatePodSpec } from './pod-spec.ts';

/**
 * A template's labels, annotations and spec; `old` is the one that it takes the place of (Kubernetes:
 * `core/validation.ValidatePodTemplateSpec`).
 */
export function validatePodTemplate(
  template: V1PodTemplateSpec | undefined,
  field: string,
  old?: V1PodTemplateSpec,
): FieldError[] {
  const { metadata, spec } = template ?? {};
  return [
    ...validateLabels(metadata?.labels, `${field}.labels`),
    ...validateAnnotations(metadata?.annotations, `${field}.annotations`),
    ...validatePodAnnotations(metadata, spec, `${field}.annotations`),
    ...validatePodSpec(spec, `${field}.spec`, { old: old?.spec }),
    ...validateProfileAnnotations(metadata, spec, `${field}.spec`),
    ...((spec?.ephemeralContainers ?? []).length > 0
      ? [
          forbiddenField(
            `${field}.spec.ephemeralContainers`,
            'ephemeral containers not allowed in pod template',
          ),
        ]
      : []),
  ];
}
