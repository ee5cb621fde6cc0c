import type { V1LabelSelector } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, required } from './field-errors.ts';
import { qualifiedName, validLabelValue } from './formats.ts';
import { validateLabels } from './metadata.ts';

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** A LabelSelector's labels and expressions (Kubernetes: `meta/v1/validation.ValidateLabelSelector`). */
export function validateLabelSelector(
  selector: V1LabelSelector | null | undefined,
  field: string,
): FieldError[] {
  if (!selector) return [];
  const findings = validateLabels(selector.matchLabels, `${field}.matchLabels`);
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    const { key, operator, values = [] } = requirement;
    const path = `${field}.matchExpressions[${index}]`;
    findings.push(...validateValueCount(requirement, path));
    if (!operators.includes(operator)) {
      findings.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
    }
    findings.push(...validateLabelsOf({ key, values }, path));
  }
  return findings;
}

/** Whether an operator of a label or field selector has values where it needs some, and none elsewhere. */
export function validateValueCount(
  { operator, values = [] }: { operator?: string; values?: readonly string[] },
  field: string,
): FieldError[] {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
    return [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
  }
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [forbiddenField(`${field}.values`, detail)];
  }
  return [];
}

/** The key of a requirement, and the values that it names. */
export function validateLabelsOf(
  { key, values }: { key: string; values: readonly string[] },
  field: string,
): FieldError[] {
  return [
    ...invalidEach(`${field}.key`, key, qualifiedName(key)),
    ...values.flatMap((value, index) =>
      invalidEach(`${field}.values[${index}]`, value, validLabelValue(value)),
    ),
  ];
}

/** Whether the selector selects everything. */
export function isEmptySelector(selector: V1LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
  );
}
