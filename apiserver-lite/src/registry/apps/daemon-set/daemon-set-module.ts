import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultDaemonSet } from './daemon-set-defaults.ts';
import { validateDaemonSetStatus } from './daemon-set-status.ts';
import { daemonSetTable } from './daemon-set-table.ts';
import { validateDaemonSet } from './daemon-set-validation.ts';
import { daemonSetWarnings } from './daemon-set-warnings.ts';
import { countTemplateGeneration, startTemplateGeneration } from './template-generation.ts';

/** DaemonSets (Kubernetes: `pkg/registry/apps/daemonset`). */
export const daemonSetModule = defineKind('apps/DaemonSet', {
  strategy: {
    emptyStatus: {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    },
    generation: ['spec'],
    immutable: ['spec.selector'],
    prepareForCreate: startTemplateGeneration,
    prepareForUpdate: countTemplateGeneration,
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateDaemonSet,
    warnings: daemonSetWarnings,
  },
  status: { validateUpdate: validateDaemonSetStatus },
  table: daemonSetTable,
  defaults: { v1: defaultDaemonSet },
  actors: [{ name: 'daemonset-controller', effect: 'no Pods are created' }],
});
