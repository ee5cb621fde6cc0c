import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  validatePodAnnotations,
  validatePodAnnotationsUpdate,
  validateProfileAnnotations,
} from '../../pod-template/pod-annotations.ts';
import { validatePodCreate, validatePodOnly, validatePodSpec } from '../../pod-template/pod-spec.ts';
import { validatePodUpdate } from './pod-update.ts';
import type { Pod } from './pod.ts';

/** The Pod as it is, new or changed (Kubernetes: `core/validation.validatePodMetadataAndSpec`). */
export function validatePodWhole({ spec, metadata }: Pod, old?: Pod): FieldError[] {
  return [
    ...validatePodAnnotations(metadata, spec, 'metadata.annotations'),
    ...validatePodSpec(spec, 'spec', { meta: metadata, old: old?.spec }),
    ...validatePodOnly(spec ?? {}),
  ];
}

/** Kubernetes: `core/validation.ValidatePodCreate`. */
export function validateNewPod(pod: Pod): FieldError[] {
  const { spec, metadata } = pod;
  return [
    ...validatePodWhole(pod),
    ...validatePodCreate(spec ?? {}),
    ...validateProfileAnnotations(metadata, spec, 'spec'),
  ];
}

/** Kubernetes: `core/validation.ValidatePodUpdate`. */
export function validatePodChange(pod: Pod, old: Pod): FieldError[] {
  return [
    ...validatePodWhole(pod, old),
    ...validatePodAnnotationsUpdate(pod.metadata.annotations, old.metadata.annotations),
    ...validatePodUpdate(pod.spec, old.spec),
  ];
}
