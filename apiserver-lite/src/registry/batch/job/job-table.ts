import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { V1Job } from '@pg8s/k8s-proto/generated/models';
import { templateColumns } from '../../pod-template/template-columns.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

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

export const jobTable = tableOf<V1Job>([
  nameColumn(),
  column('Status', jobStatus),
  column('Completions', jobCompletions),
  column('Duration', jobDuration),
  ageColumn(),
  ...templateColumns<V1Job>(),
]);
