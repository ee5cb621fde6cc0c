import type { V1PodDisruptionBudget } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { validateConditions } from '../../fields/conditions.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { pathSegmentName } from '../../fields/names.ts';
import { atLeastZero, atMostHundredPercent, countOrPercent, oneOfIfSet } from '../../fields/rules.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;

/** Kubernetes: `policy/validation.ValidatePodDisruptionBudgetStatusUpdate`. */
function validateDisruptionStatus(object: V1PodDisruptionBudget): FieldError[] {
  const status = object.status ?? {};
  return [
    ...validateConditions(status.conditions, 'status.conditions'),
    ...counts.flatMap((name) => atLeastZero(`status.${name}`, status[name])),
  ];
}

const isSet = (value: unknown) => value !== undefined && value !== null;

/** Kubernetes: `policy/validation.ValidatePodDisruptionBudgetSpec`. */
function validateDisruptionBudget(object: V1PodDisruptionBudget): FieldError[] {
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

const integer = { type: 'integer' as const };

const podDisruptionBudgetTable = tableOf<V1PodDisruptionBudget>([
  nameColumn(),
  column('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
  column('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
  column('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, integer),
  ageColumn(),
]);

/** PodDisruptionBudgets (Kubernetes: `pkg/registry/policy/poddisruptionbudget`). */
export const podDisruptionBudgetModule = defineKind('policy/PodDisruptionBudget', {
  strategy: {
    emptyStatus: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    generation: ['spec'],
    allowUnconditionalUpdate: false,
    validateName: pathSegmentName,
    standardFinalizers: false,
    metadataCheckedLast: true,
    metadataChecksOnUpdate: [],
    validate: validateDisruptionBudget,
  },
  status: { metadataChecksOnUpdate: [], validateUpdate: validateDisruptionStatus },
  table: podDisruptionBudgetTable,
});
