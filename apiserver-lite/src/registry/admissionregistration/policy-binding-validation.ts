import type {
  V1beta1MutatingAdmissionPolicyBinding,
  V1beta1MutatingAdmissionPolicyBindingSpec,
  V1ValidatingAdmissionPolicyBinding,
  V1ValidatingAdmissionPolicyBindingSpec,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { duplicate, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { dns1123Subdomain } from '../fields/formats.ts';
import { each, named } from '../fields/rules.ts';
import { specOf } from '../fields/spec-and-status.ts';
import { validateMatchResources, validateMutableOperations, validateParamRef } from './match-resources.ts';

function validateBinding(
  spec: V1beta1MutatingAdmissionPolicyBindingSpec | V1ValidatingAdmissionPolicyBindingSpec,
): FieldError[] {
  return [
    ...named('spec.policyName', spec.policyName, dns1123Subdomain),
    ...validateParamRef(spec.paramRef, 'spec.paramRef'),
    ...(spec.matchResources ? validateMatchResources(spec.matchResources, 'spec.matchResources') : []),
  ];
}

/** Where a validating policy applies, and what becomes of what it refuses. */
export function validateValidatingBinding(object: V1ValidatingAdmissionPolicyBinding): FieldError[] {
  const spec = specOf(object);
  const actions = spec.validationActions ?? [];
  const supported = ['Audit', 'Deny', 'Warn'];
  const field = 'spec.validationActions';
  const findings = each(actions, field, (action, path, index) => [
    ...(supported.includes(action) ? [] : [notSupported(path, action, supported)]),
    ...(actions.indexOf(action) < index ? [duplicate(path, action)] : []),
  ]);
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    findings.push(invalidValue(field, actions, detail));
  }
  if (actions.length === 0) findings.push(required(field, 'at least one validation action is required'));
  return [...validateBinding(spec), ...findings];
}

/** Where a mutating policy applies. */
export function validateMutatingBinding(object: V1beta1MutatingAdmissionPolicyBinding): FieldError[] {
  const spec = specOf(object);
  return [...validateBinding(spec), ...validateMutableOperations(spec.matchResources, 'spec.matchResources')];
}
