import { fieldAt } from '../../generic/kind-strategy.ts';
import { selectable } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultJob } from './job-defaults.ts';
import { generateJobSelector } from './job-selector.ts';
import { validateJobStatus } from './job-status.ts';
import { jobTable } from './job-table.ts';
import { validateJobUpdate } from './job-update.ts';
import { validateJob } from './job-validation.ts';
import { jobWarnings } from './job-warnings.ts';
import { orphanedPodsWarning } from './orphaned-pods.ts';

/** Jobs (Kubernetes: `pkg/registry/batch/job`). */
export const jobModule = defineKind('batch/Job', {
  strategy: {
    emptyStatus: {},
    generation: ['spec'],
    garbageCollection: 'OrphanDependents',
    warningsOnDelete: orphanedPodsWarning,
    prepareForCreate: generateJobSelector,
    disabledFields: disabledPodFields('spec.template.spec'),
    validate: validateJob,
    validateUpdate: validateJobUpdate,
    warnings: jobWarnings,
  },
  status: { validateUpdate: validateJobStatus },
  table: jobTable,
  selectableFields: {
    'status.successful': selectable((object) => fieldAt(object, 'status.succeeded') ?? 0),
  },
  unsupportedField: (label) => `field label ${JSON.stringify(label)} not supported for Job`,
  defaults: { v1: defaultJob },
  actors: [{ name: 'job-controller', effect: 'no Pods are created' }],
});
