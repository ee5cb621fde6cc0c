import type {
  V1beta1MutatingAdmissionPolicy,
  V1ValidatingAdmissionPolicySpec,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { each, oneOf } from '../../fields/rules.ts';
import { type Common, validateCommon } from '../policy-parts.ts';

interface MutatingSpec extends Omit<V1ValidatingAdmissionPolicySpec, 'validations' | 'auditAnnotations'> {
  mutations?: Mutation[];
  reinvocationPolicy?: string;
}

interface Mutation {
  patchType?: string;
  applyConfiguration?: { expression?: string };
  jsonPatch?: { expression?: string };
}

/** What is changed in requests (Kubernetes: `ValidateMutatingAdmissionPolicy`). */
export function validateMutatingPolicy(object: V1beta1MutatingAdmissionPolicy): FieldError[] {
  return validateMutating(object, undefined);
}

/** Conditions that did not change are not judged again. */
export function validateMutatingPolicyUpdate(
  object: V1beta1MutatingAdmissionPolicy,
  old: V1beta1MutatingAdmissionPolicy,
): FieldError[] {
  return validateMutating(object, old);
}

function validateMutating(
  object: V1beta1MutatingAdmissionPolicy,
  old: V1beta1MutatingAdmissionPolicy | undefined,
): FieldError[] {
  const spec = (object.spec ?? {}) as MutatingSpec;
  const findings = validateCommon(spec, old?.['spec'] as Common | undefined, true);
  if ((spec.mutations ?? []).length === 0) {
    findings.push(required('spec.mutations', 'mutations must contain at least one item'));
  }
  return [
    ...findings,
    ...each(spec.mutations, 'spec.mutations', validateMutation),
    ...oneOf('spec.reinvocationPolicy', spec.reinvocationPolicy, ['IfNeeded', 'Never']),
  ];
}

function validateMutation(mutation: Mutation, field: string): FieldError[] {
  const { patchType = '' } = mutation;
  if (patchType === '') return [required(`${field}.patchType`)];
  const types = ['ApplyConfiguration', 'JSONPatch'];
  if (!types.includes(patchType)) return [notSupported(`${field}.patchType`, patchType, types)];
  const isApply = patchType === 'ApplyConfiguration';
  const [own, other] = isApply
    ? (['applyConfiguration', 'jsonPatch'] as const)
    : (['jsonPatch', 'applyConfiguration'] as const);
  const findings: FieldError[] = [];
  const patch = mutation[own];
  if (!patch) {
    findings.push(required(`${field}.${own}`, `must be specified when patchType is ${patchType}`));
  } else if ((patch.expression ?? '').trim() === '') findings.push(required(`${field}.${own}.expression`));
  if (mutation[other]) {
    const detail = `must not be specified when patchType is ${patchType}`;
    findings.push(invalidValue(`${field}.${other}`, `{${other}}`, detail));
  }
  return findings;
}
