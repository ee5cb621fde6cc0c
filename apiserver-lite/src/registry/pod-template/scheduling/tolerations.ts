import type { V1Toleration } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, invalidValue, notSupported } from '../../fields/field-errors.ts';
import { qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';

/** What a taint does to Pods that don't tolerate it. */
const taintEffects: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Which taints a Pod can live with (Kubernetes: `core/validation.ValidateTolerations`). */
export function validateTolerations(
  tolerations: readonly V1Toleration[] | undefined,
  field: string,
): FieldError[] {
  return each(tolerations, field, (toleration, path) => {
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    const findings = key === '' ? [] : invalidEach(`${path}.key`, key, qualifiedName(key));
    const refuse = (name: string, bad: string, detail: string) =>
      findings.push(invalidValue(`${path}.${name}`, bad, detail));
    if (key === '' && operator !== 'Exists') {
      const meaning = '"match all values and all keys"';
      refuse('operator', operator, `operator must be Exists when \`key\` is empty, which means ${meaning}`);
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      refuse('effect', effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === '' || operator === 'Equal') {
      const wrong = validLabelValue(value);
      if (wrong.length > 0) refuse('operator', value, wrong.join(';'));
    } else if (operator === 'Exists') {
      if (value !== '') refuse('operator', value, "value must be empty when `operator` is 'Exists'");
    } else {
      const compares = operator === 'Lt' || operator === 'Gt';
      const supported = compares ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'];
      findings.push(notSupported(`${path}.operator`, operator, supported));
    }
    return effect === '' ? findings : [...findings, ...oneOfIfSet(`${path}.effect`, effect, taintEffects)];
  });
}
