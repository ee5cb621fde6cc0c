import type { V1PriorityClass } from '@pg8s/k8s-proto/generated/models';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidValue } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { oneOf } from '../../fields/rules.ts';

const highestUserPriority = 1_000_000_000;
const systemValues: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

function validateSystemClass(name: string, value: number, isDefault: boolean): FieldError[] {
  const known = ownValue(systemValues, name);
  let error: string | undefined;
  if (known === undefined) error = `${name} is not a known system priority class`;
  else if (value !== known) error = `value of ${name} PriorityClass must be ${known}`;
  else if (isDefault) error = `globalDefault of ${name} PriorityClass must be false`;
  return error === undefined
    ? []
    : [
        forbiddenField(
          'metadata.name',
          `priority class names with 'system-' prefix are reserved for system use only. error: ${error}`,
        ),
      ];
}

/** Kubernetes: `scheduling/validation.ValidatePriorityClass`. */
export function validatePriorityClass(object: V1PriorityClass): FieldError[] {
  const { name = '' } = object.metadata;
  const { value = 0, preemptionPolicy: policy } = object;
  const findings = name.startsWith('system-')
    ? validateSystemClass(name, value, object.globalDefault === true)
    : [];
  if (!name.startsWith('system-') && value > highestUserPriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
    findings.push(forbiddenField('value', detail));
  }
  if (policy === undefined) return findings;
  return [...findings, ...oneOf('preemptionPolicy', policy, ['PreemptLowerPriority', 'Never'])];
}

/** The value of a PriorityClass is immutable, as Pods have copies of it. */
export function validatePriorityClassUpdate(object: V1PriorityClass, old: V1PriorityClass): FieldError[] {
  const findings: FieldError[] = [];
  if ((object.value ?? 0) !== (old.value ?? 0)) {
    findings.push(forbiddenField('value', 'may not be changed in an update.'));
  }
  if (!isSame(object.preemptionPolicy, old.preemptionPolicy)) {
    findings.push(invalidValue('preemptionPolicy', object.preemptionPolicy, immutable));
  }
  return findings;
}
