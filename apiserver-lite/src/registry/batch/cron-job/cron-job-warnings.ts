import type { V1JobSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { isSameGeneration, nameWarnings, podNames } from '../../pod-template/template-warnings.ts';
import { jobSpecWarnings } from '../job/job-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

interface CronJobSpec {
  schedule?: string;
  jobTemplate?: { spec?: V1JobSpec };
}

/** Warnings of the name, the Job template and the schedule. */
export const cronJobWarnings: KindWarnings = (object, old) => {
  const { schedule = '', jobTemplate } = specOf<CronJobSpec>(object);
  const same = isSameGeneration(object, old);
  return [
    ...(old === undefined ? nameWarnings(object, podNames) : []),
    ...(same ? [] : jobSpecWarnings(jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec')),
    ...(schedule.includes('TZ')
      ? ['spec.spec.schedule is not officially supported; see https://kep.k8s.io/3140 for more details']
      : []),
  ];
};
