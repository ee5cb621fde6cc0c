import type { V1PodDisruptionBudget } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { atMostHundredPercent, countOrPercent, oneOfIfSet } from '../../fields/rules.ts';

const isSet = (value: unknown) => value !== undefined && value !== null;

/** Kubernetes: `policy/validation.ValidatePodDisruptionBudgetSpec`. */
export function validateDisruptionBudget(object: V1PodDisruptionBudget): FieldError[] {
  const spec = object.spec ?? {};
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  const findings =
    isSet(minAvailable) && isSet(maxUnavailable)
      ? [
          invalidValue(
            'spec',
            goValue('policy.v1.PodDisruptionBudgetSpec', spec),
            'minAvailable and maxUnavailable cannot be both set',
          ),
        ]
      : [];
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    findings.push(...countOrPercent(`spec.${name}`, value), ...atMostHundredPercent(`spec.${name}`, value));
  }
  return [
    ...findings,
    ...validateLabelSelector(selector, 'spec.selector'),
    ...oneOfIfSet('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']),
  ];
}
