import { specOf } from '../../fields/spec-and-status.ts';
import type { V1APIService } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';

function validateWeight(value: number | undefined, name: string, most: number): FieldError[] {
  const number = value ?? 0;
  return number > 0 && number <= most
    ? []
    : [invalidValue(`spec.${name}`, number, `must be positive and less than ${most}`)];
}

/** Who serves a group's version (Kubernetes: `apiregistration/validation.ValidateAPIService`). */
export function validateApiService(object: V1APIService): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = specOf(object);
  const findings: FieldError[] = [];
  const wanted = `${version}.${group}`;
  if (object.metadata.name !== wanted) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
    findings.push(invalidValue('metadata.name', object.metadata.name, detail));
  }
  if (version === '') findings.push(required('spec.version'));
  return [
    ...findings,
    ...validateWeight(groupPriorityMinimum, 'groupPriorityMinimum', 20000),
    ...validateWeight(versionPriority, 'versionPriority', 1000),
  ];
}
