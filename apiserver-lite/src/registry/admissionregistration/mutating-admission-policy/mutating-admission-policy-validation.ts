import { applyObjectType, jsonPatchType } from '@pg8s/cel/admission/patch-types';
import { listType } from '@pg8s/cel/types';
import type {
  V1beta1MutatingAdmissionPolicy,
  V1ValidatingAdmissionPolicySpec,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateExpression } from '../../fields/expressions.ts';
import { invalidValue, notSupported, required } from '../../fields/field-errors.ts';
import { each, oneOf } from '../../fields/rules.ts';
import { type Common, PolicyExpressions, validateCommon } from '../policy-parts.ts';

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
  const expressions = new PolicyExpressions(spec, true);
  const before = old?.['spec'] as Common | undefined;
  const findings = validateCommon(spec, before, { isMutating: true, expressions });
  if ((spec.mutations ?? []).length === 0) {
    findings.push(required('spec.mutations', 'mutations must contain at least one item'));
  }
  return [
    ...findings,
    ...each(spec.mutations, 'spec.mutations', (mutation, field) =>
      validateMutation(mutation, field, expressions),
    ),
    ...oneOf('spec.reinvocationPolicy', spec.reinvocationPolicy, ['IfNeeded', 'Never']),
  ];
}

function validateMutation(mutation: Mutation, field: string, { patches }: PolicyExpressions): FieldError[] {
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
  } else {
    const text = (patch.expression ?? '').trim();
    const at = `${field}.${own}.expression`;
    const types = [isApply ? applyObjectType : listType(jsonPatchType)];
    findings.push(...(text === '' ? [required(at)] : validateExpression(patches, at, text, { types })));
  }
  if (mutation[other]) {
    const detail = `must not be specified when patchType is ${patchType}`;
    findings.push(invalidValue(`${field}.${other}`, `{${other}}`, detail));
  }
  return findings;
}
