import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultCronJob } from './cron-job-defaults.ts';
import { cronJobTable } from './cron-job-table.ts';
import { validateCronJob } from './cron-job-validation.ts';
import { cronJobWarnings } from './cron-job-warnings.ts';

/** CronJobs (Kubernetes: `pkg/registry/batch/cronjob`). */
export const cronJobModule = defineKind('batch/CronJob', {
  strategy: {
    emptyStatus: {},
    generation: ['spec'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: disabledPodFields('spec.jobTemplate.spec.template.spec'),
    validate: validateCronJob,
    warnings: cronJobWarnings,
  },
  table: cronJobTable,
  defaults: { v1: defaultCronJob },
  actors: [{ name: 'cronjob-controller', effect: 'no Jobs are created' }],
});
