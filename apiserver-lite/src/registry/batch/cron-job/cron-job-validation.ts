import type { StoreRequest } from '../../strategy.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { V1CronJob, V1CronJobSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { metaValue } from '../../fields/go-value.ts';
import { atLeastZero, oneOf } from '../../fields/rules.ts';
import { validateJobTemplate } from '../job/job-validation.ts';
import { scheduleProblem } from './schedule.ts';
import { locationProblem } from './time-zones.ts';

const maxNameBytes = 52;
/** What may stand between slashes in a name of the tz database. */
const zonePart = /^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}$/;

function validateSchedule({ schedule }: V1CronJobSpec): FieldError[] {
  const field = 'spec.schedule';
  if (!schedule) return [required(field)];
  const problem = scheduleProblem(schedule);
  const findings = problem === undefined ? [] : [invalidValue(field, schedule, problem)];
  if (!schedule.includes('TZ')) return findings;
  const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  return [...findings, invalidValue(field, schedule, detail)];
}

function validateTimeZone({ timeZone }: V1CronJobSpec): FieldError[] {
  const field = 'spec.timeZone';
  if (timeZone === undefined) return [];
  if (timeZone === '') return [invalidValue(field, timeZone, 'timeZone must be nil or non-empty string')];
  if (timeZone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    const findings = [invalidValue(field, timeZone, detail)];
    // Go knows a zone of this name, and of no other spelling.
    return timeZone === 'Local'
      ? findings
      : [...findings, invalidValue(field, timeZone, `unknown time zone ${timeZone}`)];
  }
  const isName = timeZone.split('/').every((part) => zonePart.test(part) && part !== '.' && part !== '..');
  const problem = isName ? locationProblem(timeZone) : `unknown time zone ${timeZone}`;
  return problem === undefined ? [] : [invalidValue(field, timeZone, problem)];
}

/** Kubernetes: `batch/validation.validateCronJobSpec`. */
export function validateCronJob(object: V1CronJob, _request: StoreRequest, old?: V1CronJob): FieldError[] {
  const spec = specOf(object);
  const { name = '' } = object.metadata;
  const template = spec.jobTemplate?.spec;
  const field = 'spec.jobTemplate.spec';
  const findings = [
    ...validateSchedule(spec),
    ...atLeastZero('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...validateTimeZone(spec),
    ...oneOf('spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(
      template ?? ({} as NonNullable<typeof template>),
      field,
      old?.spec?.jobTemplate.spec,
    ),
  ];
  if (template?.selector !== undefined) {
    const value = metaValue('LabelSelector', template.selector);
    findings.push(invalidValue(`${field}.selector`, value, '`selector` will be auto-generated'));
  }
  if (template?.manualSelector === true) {
    findings.push(notSupported(`${field}.manualSelector`, true, ['nil', 'false']));
  }
  findings.push(
    ...atLeastZero('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...atLeastZero('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  );
  if (Buffer.byteLength(name) > maxNameBytes) {
    findings.push(invalidValue('metadata.name', name, `must be no more than ${maxNameBytes} characters`));
  }
  return findings;
}
