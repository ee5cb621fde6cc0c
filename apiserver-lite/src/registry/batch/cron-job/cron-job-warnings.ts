import { specOf } from '../../fields/spec-and-status.ts';
import type { V1CronJob } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { isSameGeneration, nameWarnings, podNames } from '../../pod-template/template-warnings.ts';
import { jobSpecWarnings } from '../job/job-warnings.ts';

/** Warnings of the name, the Job template and the schedule. */
export const cronJobWarnings: KindWarnings<V1CronJob> = (object, old) => {
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
