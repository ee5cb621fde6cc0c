import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Job, V1JobSpec } from '@pg8s/k8s-proto/generated/models';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { podWarnings } from '../../pod-template/pod-warnings.ts';
import { isSameGeneration, nameWarnings, podNames } from '../../pod-template/template-warnings.ts';

const many = { completions: 100_000, parallelism: 10_000 };

/** Warnings of the spec of a Job, which is at `field`. */
export function jobSpecWarnings(spec: Partial<V1JobSpec>, field: string): string[] {
  const { completions = 0, parallelism = 0 } = spec;
  const isLarge = completions > many.completions && parallelism > many.parallelism;
  const advice =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [
    ...(spec.completionMode === 'Indexed' && isLarge ? [`${field}: ${advice}`] : []),
    ...podWarnings(spec.template ?? {}, `${field}.template.`),
  ];
}

/** Warnings of the name and the spec of a Job. */
export const jobWarnings: KindWarnings<V1Job> = (object, old) => {
  if (isSameGeneration(object, old)) return [];
  const names = old === undefined ? nameWarnings(object, podNames) : [];
  return [...names, ...jobSpecWarnings(specOf(object), 'spec')];
};
