import type { V1PodTemplate, V1PodTemplateSpec } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import { podWarnings } from '../../pod-template/pod-warnings.ts';
import { isSameGeneration } from '../../pod-template/template-warnings.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

const podTemplateTable = tableOf<V1PodTemplate>([
  nameColumn(),
  column('Containers', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ name }) => name).join(','),
  ),
  column('Images', ({ template }) =>
    (template?.spec?.containers ?? []).map(({ image = '' }) => image).join(','),
  ),
  column('Pod Labels', ({ template }) => formatLabelSelector(template?.metadata?.labels) || none),
]);

/** Warnings of the Pod template, unless it is unchanged. */
const podTemplateWarnings: KindWarnings<V1PodTemplate> = (object, old) => {
  const template = object.template as V1PodTemplateSpec | undefined;
  return isSameGeneration(object, old) ? [] : podWarnings(template ?? {}, 'template.');
};

/** PodTemplates (Kubernetes: `pkg/registry/core/podtemplate`). */
export const podTemplateModule = defineKind('/PodTemplate', {
  strategy: {
    generation: ['template'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('template.spec'),
    validate: (object, _request, old) =>
      validatePodTemplate(
        object.template as V1PodTemplateSpec | undefined,
        'template',
        old?.template as V1PodTemplateSpec | undefined,
      ),
    warnings: podTemplateWarnings,
  },
  table: podTemplateTable,
  defaults: { v1: (object) => defaultPodTemplate(object) },
  returnsDeletedObject: true,
});
