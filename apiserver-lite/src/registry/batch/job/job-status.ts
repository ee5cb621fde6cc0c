import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Job, V1JobSpec, V1JobStatus } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { duplicate, invalidValue, required } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { atLeastZero, each } from '../../fields/rules.ts';
import { commonIndex, countIndexes, IndexError } from './index-list.ts';

/** Times are texts here. */
type Status = Omit<Partial<V1JobStatus>, 'startTime' | 'completionTime'> & {
  startTime?: string | null;
  completionTime?: string | null;
};

interface Change {
  spec: Partial<V1JobSpec>;
  status: Status;
  old: Status;
  /**
   * Whether one of these parts of the status is not what it was; rules about others do not hold up an update.
   */
  changed(...parts: (keyof Status | Fact)[]): boolean;
}

/** Conditions, and what follows from them. */
type Fact = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Finished';

function holds(of: Status, fact: Fact): boolean {
  if (fact === 'Finished') return holds(of, 'Complete') || holds(of, 'Failed');
  return (of.conditions ?? []).some(({ type, status }) => type === fact && status === 'True');
}

const facts: readonly string[] = ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet', 'Finished'];

/** A finding that shows no value. */
const refuse = (field: string, detail: string): FieldError => ({
  field: `status.${field}`,
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${detail}`,
});

/**
 * How a Job came along (Kubernetes: `batch/validation.ValidateJobStatusUpdate`, with the options that the
 * strategy chooses).
 */
export function validateJobStatus(object: V1Job, before: V1Job): FieldError[] {
  const spec = specOf(object);
  const status = (object.status ?? {}) as Status;
  const old = (before.status ?? {}) as Status;
  const change: Change = {
    spec,
    status,
    old,
    changed: (...parts) =>
      parts.some((part) =>
        facts.includes(part)
          ? holds(status, part as Fact) !== holds(old, part as Fact)
          : !isSame(status[part as keyof Status] ?? undefined, old[part as keyof Status] ?? undefined),
      ),
  };
  return [
    ...validateCounts(status),
    ...validateEnd(change),
    ...validateFinished(change),
    ...validateIndexes(change),
    ...validateTerminating(change),
    ...validateSuccess(change),
    ...validateTransition(change),
  ];
}

function validateCounts(status: Status): FieldError[] {
  const findings = (['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((name) =>
    atLeastZero(`status.${name}`, status[name]),
  );
  const seen = new Set<string>();
  for (const name of ['succeeded', 'failed'] as const) {
    const field = `status.uncountedTerminatedPods.${name}`;
    findings.push(
      ...each(status.uncountedTerminatedPods?.[name], field, (uid, path) => {
        if (uid === '') return [invalidValue(path, uid, 'must not be empty')];
        if (seen.has(uid)) return [duplicate(path, uid)];
        seen.add(uid);
        return [];
      }),
    );
  }
  return findings;
}

function validateEnd({ status, changed }: Change): FieldError[] {
  const findings: FieldError[] = [];
  const { startTime, completionTime } = status;
  const complete = holds(status, 'Complete');
  if (changed('Complete', 'Failed') && complete && holds(status, 'Failed')) {
    findings.push(refuse('conditions', 'cannot set Complete=True and Failed=true conditions'));
  }
  if (changed('Complete', 'FailureTarget') && complete && holds(status, 'FailureTarget')) {
    findings.push(refuse('conditions', 'cannot set Complete=True and FailureTarget=true conditions'));
  }
  const field = 'status.completionTime';
  if (changed('Complete', 'completionTime')) {
    if (completionTime && !complete) {
      const detail = 'cannot set completionTime when there is no Complete=True condition';
      findings.push(invalidValue(field, completionTime, detail));
    }
    if (!completionTime && complete) {
      findings.push(required(field, 'completionTime is required for Complete jobs'));
    }
  }
  if (changed('startTime', 'completionTime') && startTime && completionTime) {
    if (Date.parse(completionTime) < Date.parse(startTime)) {
      findings.push(invalidValue(field, completionTime, 'must be equal to or after `startTime`'));
    }
  }
  return findings;
}

function validateFinished({ status, changed }: Change): FieldError[] {
  const findings: FieldError[] = [];
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status;
  if (changed('Failed', 'FailureTarget') && holds(status, 'Failed') && !holds(status, 'FailureTarget')) {
    const detail = 'cannot set Failed=True condition without the FailureTarget=true condition';
    findings.push(refuse('conditions', detail));
  }
  if (changed('Complete', 'SuccessCriteriaMet') && holds(status, 'Complete')) {
    const detail = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition';
    if (!holds(status, 'SuccessCriteriaMet')) findings.push(refuse('conditions', detail));
  }
  if (!holds(status, 'Finished')) return findings;
  if (changed('Finished', 'active') && active > 0) {
    findings.push(invalidValue('status.active', active, 'active>0 is invalid for finished job'));
  }
  if (changed('Finished', 'startTime') && !startTime) {
    findings.push(required('status.startTime', 'startTime is required for finished job'));
  }
  const count = (uncounted?.succeeded ?? []).length + (uncounted?.failed ?? []).length;
  if (changed('Finished', 'uncountedTerminatedPods') && count > 0) {
    const value = goValue('batch.v1.UncountedTerminatedPods', uncounted);
    const detail = 'must be empty for finished job';
    findings.push(invalidValue('status.uncountedTerminatedPods', value, detail));
  }
  return findings;
}

function validateFormat(name: string, indexes: string, completions: number): FieldError[] {
  try {
    countIndexes(indexes, completions);
    return [];
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    return [invalidValue(`status.${name}`, indexes, `error parsing ${name}: ${error.message}`)];
  }
}

function validateIndexes({ spec, status, changed }: Change): FieldError[] {
  const { completions, backoffLimitPerIndex, completionMode } = spec;
  const { completedIndexes = '', failedIndexes } = status;
  const [completed, failed] = [changed('completedIndexes'), changed('failedIndexes')];
  const hasFailed = typeof failedIndexes === 'string';
  const isCounted = typeof completions === 'number';
  const perIndex = typeof backoffLimitPerIndex === 'number';
  const findings: FieldError[] = [];
  if (completed && isCounted) {
    findings.push(...validateFormat('completedIndexes', completedIndexes, completions));
  }
  if (failed && isCounted && perIndex && hasFailed) {
    findings.push(...validateFormat('failedIndexes', failedIndexes, completions));
  }
  if (completed && completedIndexes !== '' && completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    findings.push(invalidValue('status.completedIndexes', completedIndexes, detail));
  }
  if (failed && !perIndex && hasFailed) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    findings.push(invalidValue('status.failedIndexes', failedIndexes, detail));
  }
  if ((completed || failed) && isCounted && hasFailed) {
    const common = commonIndex(completedIndexes, failedIndexes, completions);
    const detail = `failedIndexes and completedIndexes overlap at index: ${common}`;
    if (common !== undefined) findings.push(invalidValue('status.failedIndexes', failedIndexes, detail));
  }
  return findings;
}

function validateTerminating({ status, changed }: Change): FieldError[] {
  const { terminating = 0, ready = 0, active = 0 } = status;
  const findings: FieldError[] = [];
  if (changed('Finished', 'terminating') && terminating > 0 && holds(status, 'Finished')) {
    const detail = 'terminating>0 is invalid for finished job';
    findings.push(invalidValue('status.terminating', terminating, detail));
  }
  if (changed('ready', 'active') && ready > active) {
    findings.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return findings;
}

function validateSuccess({ spec, status }: Change): FieldError[] {
  const met = holds(status, 'SuccessCriteriaMet');
  const findings: FieldError[] = [];
  if (met && holds(status, 'Failed')) {
    findings.push(refuse('conditions', 'cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  }
  if (met && holds(status, 'FailureTarget')) {
    const detail = 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions';
    findings.push(refuse('conditions', detail));
  }
  if (spec.successPolicy && !met && holds(status, 'Complete')) {
    const detail = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    findings.push(refuse('conditions', detail));
  }
  return findings;
}

function validateTransition({ spec, status, old, changed }: Change): FieldError[] {
  const findings = (['Failed', 'Complete', 'FailureTarget'] as const)
    .filter((fact) => holds(old, fact) && !holds(status, fact))
    .map((fact) => refuse('conditions', `cannot disable the terminal ${fact}=True condition`));
  const decreased = (name: 'failed' | 'succeeded') => {
    if ((status[name] ?? 0) >= (old[name] ?? 0)) return;
    const detail = `cannot decrease the ${name} counter`;
    findings.push(invalidValue(`status.${name}`, status[name] ?? 0, detail));
  };
  decreased('failed');
  // Those that complete as many as run at a time can be scaled down.
  if (spec.completionMode !== 'Indexed' || spec.completions !== spec.parallelism) decreased('succeeded');
  const { completionTime, startTime } = status;
  if (completionTime && old.completionTime && changed('completionTime')) {
    const detail = 'field is immutable';
    findings.push(invalidValue('status.completionTime', completionTime, detail));
  }
  if (old.startTime && changed('startTime') && spec.suspend !== true) {
    const detail = 'field is immutable for unsuspended job once set';
    findings.push(invalidValue('status.startTime', startTime ?? null, detail));
  }
  if (holds(old, 'SuccessCriteriaMet') && !holds(status, 'SuccessCriteriaMet')) {
    findings.push(refuse('conditions', 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (holds(old, 'Complete') && !holds(old, 'SuccessCriteriaMet') && holds(status, 'SuccessCriteriaMet')) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    findings.push(refuse('conditions', detail));
  }
  return findings;
}
