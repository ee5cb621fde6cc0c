import type { V1APIServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';

function validateWeight(value: number | undefined, name: string, most: number): FieldError[] {
  const number = value ?? 0;
  return number > 0 && number <= most
    ? []
    : [invalidValue(`spec.${name}`, number, `must be positive and less than ${most}`)];
}

/** Who serves a group's version (Kubernetes: `apiregistration/validation.ValidateAPIService`). */
export function validateApiService(object: KubeObject): FieldError[] {
  const {
    group = '',
    version = '',
    groupPriorityMinimum,
    versionPriority,
  } = (object['spec'] ?? {}) as Partial<V1APIServiceSpec>;
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
