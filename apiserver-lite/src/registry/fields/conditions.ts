import type { V1Condition } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required, tooLong } from './field-errors.ts';
import { qualifiedName } from './formats.ts';
import { each } from './rules.ts';

const statuses = ['False', 'True', 'Unknown'];
const maxReasonBytes = 1024;
const maxMessageBytes = 32 * 1024;
const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonRule = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${reasonPattern}')`;
const reasonForm = new RegExp(`^${reasonPattern}$`);

/** Conditions of the common form, each type once (Kubernetes: `meta/v1/validation.ValidateConditions`). */
export function validateConditions(
  conditions: readonly V1Condition[] | undefined,
  field: string,
): FieldError[] {
  const types = (conditions ?? []).map(({ type = '' }) => type);
  return each(conditions, field, (condition, path, index) => {
    const { type = '', status = '', observedGeneration = 0, reason = '', message = '' } = condition;
    const findings = types.indexOf(type) < index ? [duplicate(`${path}.type`, type)] : [];
    findings.push(...invalidEach(`${path}.type`, type, qualifiedName(type)));
    if (!statuses.includes(status)) findings.push(notSupported(`${path}.status`, status, statuses));
    if (observedGeneration < 0) {
      const detail = 'must be greater than or equal to zero';
      findings.push(invalidValue(`${path}.observedGeneration`, observedGeneration, detail));
    }
    if (!condition.lastTransitionTime) findings.push(required(`${path}.lastTransitionTime`));
    if (reason === '') findings.push(required(`${path}.reason`));
    else {
      if (!reasonForm.test(reason)) findings.push(invalidValue(`${path}.reason`, reason, reasonRule));
      if (Buffer.byteLength(reason) > maxReasonBytes)
        findings.push(tooLong(`${path}.reason`, maxReasonBytes));
    }
    return Buffer.byteLength(message) > maxMessageBytes
      ? [...findings, tooLong(`${path}.message`, maxMessageBytes)]
      : findings;
  });
}

/** Nothing but the statuses (Kubernetes: `apiregistration/validation.ValidateAPIServiceStatus`). */
export function validateConditionStatuses(
  conditions: readonly { status?: string }[] | undefined,
  field: string,
): FieldError[] {
  return each(conditions, field, ({ status = '' }, path) =>
    statuses.includes(status) ? [] : [notSupported(`${path}.status`, status, ['True', 'False', 'Unknown'])],
  );
}
