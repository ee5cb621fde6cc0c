import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { validatePodTemplate } from '../../pod-template/pod-template.ts';
import { podTemplateTable } from './pod-template-table.ts';
import { podTemplateWarnings } from './pod-template-warnings.ts';

/** PodTemplates (Kubernetes: `pkg/registry/core/podtemplate`). */
export const podTemplateModule = defineKind('/PodTemplate', {
  strategy: {
    generation: ['template'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('template.spec'),
    validate: (object) =>
      validatePodTemplate(object.template as Parameters<typeof validatePodTemplate>[0], 'template'),
    warnings: podTemplateWarnings,
  },
  table: podTemplateTable,
  defaults: { v1: (object) => defaultPodTemplate(object) },
  returnsDeletedObject: true,
});
