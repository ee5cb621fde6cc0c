import type { V1CronJob } from '@pg8s/k8s-proto/generated/models';
import { type Fields, child, existing, fill, fillText } from '../../fields/fill.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { containers, images, selector } from '../../pod-template/template-columns.ts';
import { isSameGeneration, nameWarnings, podNames } from '../../pod-template/template-warnings.ts';
import { age, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { jobSpecWarnings } from '../job/job-warnings.ts';
import { defaultPodFailurePolicy } from '../job/pod-failure-policy.ts';
import { validateCronJob } from './cron-job-validation.ts';

/** Fills the defaults of a CronJob (Kubernetes: `apis/batch/v1/defaults.go`). */
function defaultCronJob(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { concurrencyPolicy: 'Allow' });
  fill(spec, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
  const jobSpec = existing(existing(spec, 'jobTemplate'), 'spec');
  defaultPodFailurePolicy(jobSpec);
  defaultPodTemplate(jobSpec);
}

const integer = { type: 'integer' as const };

const wide = { priority: 1 };

const suspended: Readonly<Record<string, string>> = { true: 'True', false: 'False' };

const cronJobTable = tableOf<V1CronJob>([
  nameColumn(),
  column('Schedule', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', ({ spec }) => spec?.timeZone ?? '<none>'),
  column('Suspend', ({ spec }) => suspended[String(spec?.suspend)] ?? '<unset>', { type: 'boolean' }),
  column('Active', ({ status }) => status?.active?.length ?? 0, integer),
  column('Last Schedule', ({ status }, nowMs) =>
    status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, nowMs),
  ),
  ageColumn(),
  column('Containers', ({ spec }) => containers(spec?.jobTemplate.spec?.template.spec), wide),
  column('Images', ({ spec }) => images(spec?.jobTemplate.spec?.template.spec), wide),
  column('Selector', ({ spec }) => selector(spec?.jobTemplate.spec?.selector), wide),
]);

/** Warnings of the name, the Job template and the schedule. */
const cronJobWarnings: KindWarnings<V1CronJob> = (object, old) => {
  const { schedule = '', jobTemplate } = specOf(object);
  const same = isSameGeneration(object, old);
  return [
    ...(old === undefined ? nameWarnings(object, podNames) : []),
    ...(same ? [] : jobSpecWarnings(jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec')),
    ...(schedule.includes('TZ')
      ? ['spec.spec.schedule is not officially supported; see https://kep.k8s.io/3140 for more details']
      : []),
  ];
};

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
  status: { metadataChecksOnUpdate: [] },
  table: cronJobTable,
  defaults: { v1: defaultCronJob },
  actors: [{ name: 'cronjob-controller', effect: 'no Jobs are created' }],
});
