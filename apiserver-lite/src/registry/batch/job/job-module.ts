import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { V1Job } from '@pg8s/k8s-proto/generated/models';
import { type Fields, child, fill } from '../../fields/fill.ts';
import { fieldAt } from '../../generic/kind-strategy.ts';
import { selectable } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { disabledPodFields } from '../../pod-template/disabled-fields.ts';
import { labelAsTemplate, templateLabels } from '../../pod-template/label-as-template.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { generateJobSelector } from './job-selector.ts';
import { validateJobStatus } from './job-status.ts';
import { validateJobUpdate } from './job-update.ts';
import { validateJob } from './job-validation.ts';
import { jobWarnings } from './job-warnings.ts';
import { orphanedPodsWarning } from './orphaned-pods.ts';
import { defaultPodFailurePolicy } from './pod-failure-policy.ts';

const maxInt32 = 2147483647;

/** Fills the defaults of a Job (Kubernetes: `apis/batch/v1/defaults.go`). */
function defaultJob(object: Fields): void {
  const spec = child(object, 'spec');
  labelAsTemplate(object, templateLabels(spec));
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : maxInt32,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
  });
  defaultPodFailurePolicy(spec);
  defaultPodTemplate(spec);
}

function jobStatus({ status, metadata }: V1Job): string {
  const has = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions({ spec, status }: V1Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: V1Job, nowMs: number): string {
  const startMs = Date.parse(String(status?.startTime ?? ''));
  if (Number.isNaN(startMs)) return '';
  const endMs = Date.parse(String(status?.completionTime ?? ''));
  return humanDuration((Number.isNaN(endMs) ? nowMs : endMs) - startMs);
}

const jobTable = tableOf<V1Job>([
  nameColumn(),
  column('Status', jobStatus),
  column('Completions', jobCompletions),
  column('Duration', jobDuration),
  ageColumn(),
  ...templateColumns<V1Job>(),
]);

/** Jobs (Kubernetes: `pkg/registry/batch/job`). */
export const jobModule = defineKind('batch/Job', {
  strategy: {
    emptyStatus: {},
    generation: ['spec'],
    garbageCollection: 'OrphanDependents',
    metadataChecksOnUpdate: ['whole', 'object', 'change', 'update'],
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
  unsupportedField: (label) => `field label ${goQuote(label)} not supported for Job`,
  defaults: { v1: defaultJob },
  actors: [{ name: 'job-controller', effect: 'no Pods are created' }],
});
