import { boolType, nullType, stringType } from '@pg8s/cel/types';
import { specOf } from '../../fields/spec-and-status.ts';
import type {
  V1ValidatingAdmissionPolicy,
  V1AuditAnnotation,
  V1Validation,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateConditions } from '../../fields/conditions.ts';
import { validateExpression } from '../../fields/expressions.ts';
import { duplicate, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { GoValue } from '../../fields/go-value.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';
import { type Common, PolicyExpressions, validateCommon } from '../policy-parts.ts';

const maxAuditAnnotations = 20;

const maxExpressionBytes = 5 * 1024;

/** What must hold of requests (Kubernetes: `ValidateValidatingAdmissionPolicy`). */
export function validateValidatingPolicy(object: V1ValidatingAdmissionPolicy): FieldError[] {
  return validateValidating(object, undefined);
}

/** Conditions that did not change are not judged again. */
export function validateValidatingPolicyUpdate(
  object: V1ValidatingAdmissionPolicy,
  old: V1ValidatingAdmissionPolicy,
): FieldError[] {
  return validateValidating(object, old);
}

function validateValidating(
  object: V1ValidatingAdmissionPolicy,
  old: V1ValidatingAdmissionPolicy | undefined,
): FieldError[] {
  const spec = specOf(object);
  const { validations, auditAnnotations } = spec;
  const expressions = new PolicyExpressions(spec, false);
  const before = old?.['spec'] as Common | undefined;
  const findings = validateCommon(spec, before, { isMutating: false, expressions });
  if ((validations ?? []).length === 0 && (auditAnnotations ?? []).length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...findings, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
  }
  return [
    ...findings,
    ...each(validations, 'spec.validations', (validation, field) =>
      validateValidation(validation, field, expressions),
    ),
    ...validateAuditAnnotations(auditAnnotations ?? [], object.metadata.name ?? '', expressions),
  ];
}

function validateValidation(
  validation: V1Validation,
  field: string,
  { whole, messages }: PolicyExpressions,
): FieldError[] {
  const { expression = '', messageExpression = '', message = '', reason } = validation;
  const findings: FieldError[] = [];
  if (expression.trim() === '') {
    findings.push(required(`${field}.expression`, 'expression is not specified'));
  } else {
    findings.push(...validateExpression(whole, `${field}.expression`, expression, { types: [boolType] }));
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'must be non-empty if specified';
    findings.push(invalidValue(`${field}.messageExpression`, messageExpression, detail));
  } else if (messageExpression !== '') {
    const at = `${field}.messageExpression`;
    findings.push(...validateExpression(messages, at, messageExpression, { types: [stringType] }));
  }
  if (message !== '' && message.trim() === '') {
    findings.push(invalidValue(`${field}.message`, message, 'must be non-empty if specified'));
  } else if (/[\n\r]/.test(message.trim())) {
    findings.push(invalidValue(`${field}.message`, message, 'must not contain line breaks'));
  }
  const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
  return [...findings, ...oneOfIfSet(`${field}.reason`, reason, reasons)];
}

function validateAuditAnnotations(
  annotations: readonly V1AuditAnnotation[],
  name: string,
  { whole: environment }: PolicyExpressions,
): FieldError[] {
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
    } else {
      const expected = { types: [stringType, nullType], printed: valueExpression };
      found.push(...validateExpression(environment, at, expression, expected));
    }
    return keys.indexOf(key) < index ? [...found, duplicate(`${path}.key`, key)] : found;
  });
  return [...findings, ...rules];
}

/** What the server found out about a policy's expressions. */
export function validatePolicyStatus(object: V1ValidatingAdmissionPolicy): FieldError[] {
  const { typeChecking, conditions } = (object.status ?? {}) as {
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
