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
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        findings.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        findings.push(
          forbiddenField(
            `${path}.values`,
            "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          ),
        );
      }
    }
    if (!operators.includes(operator)) {
      findings.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
    }
    findings.push(...invalidEach(`${path}.key`, key, qualifiedName(key)));
    for (const [place, value] of values.entries()) {
      findings.push(...invalidEach(`${path}.values[${place}]`, value, validLabelValue(value)));
    }
  }
  return findings;
}

/** Whether the selector selects everything. */
export function isEmptySelector(selector: V1LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
  );
}
