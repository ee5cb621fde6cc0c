import type {
  V1AuditAnnotation,
  V1ValidatingAdmissionPolicyBindingSpec,
  V1ValidatingAdmissionPolicySpec,
  V1Validation,
  V1Variable,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { dns1123Subdomain, qualifiedName } from '../fields/formats.ts';
import { GoValue } from '../fields/go-value.ts';
import { each, named, oneOf, oneOfIfSet } from '../fields/rules.ts';
import { validateConditions } from '../fields/conditions.ts';
import { validateMatchConditions } from './match-conditions.ts';
import {
  validateMatchConstraints,
  validateMatchResources,
  validateMutableOperations,
  validateParamKind,
  validateParamRef,
} from './match-resources.ts';

const maxAuditAnnotations = 20;
const maxExpressionBytes = 5 * 1024;
const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

interface MutatingSpec extends Omit<V1ValidatingAdmissionPolicySpec, 'validations' | 'auditAnnotations'> {
  mutations?: Mutation[];
  reinvocationPolicy?: string;
}

interface Mutation {
  patchType?: string;
  applyConfiguration?: { expression?: string };
  jsonPatch?: { expression?: string };
}

type Common = Pick<
  V1ValidatingAdmissionPolicySpec,
  'failurePolicy' | 'matchConditions' | 'matchConstraints' | 'paramKind' | 'variables'
>;

/** What a policy of either kind says: when it applies, and what its expressions can name. They are not compiled. */
function validateCommon(spec: Common, old: Common | undefined, isMutating: boolean): FieldError[] {
  const { matchConstraints, paramKind } = spec;
  const keepsConditions =
    old !== undefined &&
    isSame(paramKind, old.paramKind) &&
    isSame(spec.matchConditions, old.matchConditions);
  return [
    ...oneOf('spec.failurePolicy', spec.failurePolicy, ['Fail', 'Ignore']),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...validateMatchConstraints(matchConstraints, 'spec.matchConstraints'),
    ...(isMutating ? validateMutableOperations(matchConstraints, 'spec.matchConstraints') : []),
    ...(keepsConditions ? [] : validateMatchConditions(spec.matchConditions, 'spec.matchConditions')),
    ...each(spec.variables, 'spec.variables', validateVariable),
  ];
}

function validateVariable({ name = '', expression = '' }: V1Variable, field: string): FieldError[] {
  const findings: FieldError[] = [];
  if (name.trim() === '') findings.push(required(`${field}.name`, 'name is not specified'));
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || reserved.has(name)) {
    findings.push(invalidValue(`${field}.name`, name, 'name is not a valid CEL identifier'));
  }
  return expression.trim() === ''
    ? [...findings, required(`${field}.expression`, 'expression is not specified')]
    : findings;
}

/** What must hold of requests (Kubernetes: `ValidateValidatingAdmissionPolicy`). */
export function validateValidatingPolicy(object: KubeObject): FieldError[] {
  return validateValidating(object, undefined);
}

/** Conditions that did not change are not judged again. */
export function validateValidatingPolicyUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return validateValidating(object, old);
}

function validateValidating(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1ValidatingAdmissionPolicySpec;
  const { validations, auditAnnotations } = spec;
  const findings = validateCommon(spec, old?.['spec'] as Common | undefined, false);
  if ((validations ?? []).length === 0 && (auditAnnotations ?? []).length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...findings, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
  }
  return [
    ...findings,
    ...each(validations, 'spec.validations', validateValidation),
    ...validateAuditAnnotations(auditAnnotations ?? [], object.metadata.name ?? ''),
  ];
}

function validateValidation(validation: V1Validation, field: string): FieldError[] {
  const { expression = '', messageExpression = '', message = '', reason } = validation;
  const findings: FieldError[] = [];
  if (expression.trim() === '') {
    findings.push(required(`${field}.expression`, 'expression is not specified'));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'must be non-empty if specified';
    findings.push(invalidValue(`${field}.messageExpression`, messageExpression, detail));
  }
  if (message !== '' && message.trim() === '') {
    findings.push(invalidValue(`${field}.message`, message, 'message must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    findings.push(invalidValue(`${field}.message`, message, 'message must not contain line breaks'));
  }
  const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
  return [...findings, ...oneOfIfSet(`${field}.reason`, reason, reasons)];
}

function validateAuditAnnotations(annotations: readonly V1AuditAnnotation[], name: string): FieldError[] {
  const field = 'spec.auditAnnotations';
  const keys = annotations.map(({ key = '' }) => key);
  const findings: FieldError[] = [];
  if (annotations.length > maxAuditAnnotations) {
    const value = new GoValue(
      annotations.map(({ key = '', valueExpression = '' }) => ({
        Key: key,
        ValueExpression: valueExpression,
      })),
    );
    const detail = `must not have more than ${maxAuditAnnotations} auditAnnotations`;
    findings.push(invalidValue(field, value, detail));
  }
  const rules = each(annotations, field, ({ key = '', valueExpression = '' }, path, index) => {
    const whole = `${name}/${key}`;
    const found =
      name === ''
        ? [invalidValue(`${path}.key`, key, 'requires metadata.name be non-empty')]
        : invalidEach(`${path}.key`, whole, qualifiedName(whole));
    const expression = valueExpression.trim();
    const at = `${path}.valueExpression`;
    if (expression === '') found.push(required(at, 'valueExpression is not specified'));
    else if (Buffer.byteLength(expression) > maxExpressionBytes) {
      found.push(required(at, `must not exceed ${maxExpressionBytes} bytes in length`));
    }
    return keys.indexOf(key) < index ? [...found, duplicate(`${path}.key`, key)] : found;
  });
  return [...findings, ...rules];
}

/** What is changed in requests (Kubernetes: `ValidateMutatingAdmissionPolicy`). */
export function validateMutatingPolicy(object: KubeObject): FieldError[] {
  return validateMutating(object, undefined);
}

/** Conditions that did not change are not judged again. */
export function validateMutatingPolicyUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return validateMutating(object, old);
}

function validateMutating(object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const spec = (object['spec'] ?? {}) as MutatingSpec;
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

function validateBinding(spec: V1ValidatingAdmissionPolicyBindingSpec): FieldError[] {
  return [
    ...named('spec.policyName', spec.policyName, dns1123Subdomain),
    ...validateParamRef(spec.paramRef, 'spec.paramRef'),
    ...(spec.matchResources ? validateMatchResources(spec.matchResources, 'spec.matchResources') : []),
  ];
}

/** Where a validating policy applies, and what becomes of what it refuses. */
export function validateValidatingBinding(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1ValidatingAdmissionPolicyBindingSpec;
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
export function validateMutatingBinding(object: KubeObject): FieldError[] {
  const spec = (object['spec'] ?? {}) as V1ValidatingAdmissionPolicyBindingSpec;
  return [...validateBinding(spec), ...validateMutableOperations(spec.matchResources, 'spec.matchResources')];
}

/** What the server found out about a policy's expressions. */
export function validatePolicyStatus(object: KubeObject): FieldError[] {
  const { typeChecking, conditions } = (object['status'] ?? {}) as {
    typeChecking?: { expressionWarnings?: { warning?: string; fieldRef?: string }[] };
    conditions?: Parameters<typeof validateConditions>[0];
  };
  return [
    ...each(
      typeChecking?.expressionWarnings,
      'status.typeChecking.expressionWarnings',
      ({ warning = '', fieldRef = '' }, path) => [
        ...(warning === '' ? [required(`${path}.warning`)] : []),
        ...(fieldRef.trim() === '' ? [required(`${path}.fieldRef`)] : []),
      ],
    ),
    ...validateConditions(conditions, 'status.conditions'),
  ];
}
