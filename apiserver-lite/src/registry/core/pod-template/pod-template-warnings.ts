import type { V1PodTemplate, V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { podWarnings } from '../../pod-template/pod-warnings.ts';
import { isSameGeneration } from '../../pod-template/template-warnings.ts';

/** Warnings of the Pod template, unless it is unchanged. */
export const podTemplateWarnings: KindWarnings<V1PodTemplate> = (object, old) => {
  const template = object.template as V1PodTemplateSpec | undefined;
  return isSameGeneration(object, old) ? [] : podWarnings(template ?? {}, 'template.');
};
