import type { V1TopologySpreadConstraint } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];
const notPositive = 'must be greater than zero';

function validateKeys(
  { matchLabelKeys = [], labelSelector }: V1TopologySpreadConstraint,
  field: string,
): FieldError[] {
  if (matchLabelKeys.length === 0) return [];
  const findings =
    labelSelector === undefined
      ? [forbiddenField(field, 'must not be specified when labelSelector is not set')]
      : [];
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  return [
    ...findings,
    ...each(matchLabelKeys, field, (key, path) => [
      ...invalidEach(path, key, qualifiedName(key)),
      ...(selected.has(key)
        ? [invalidValue(path, key, 'exists in both matchLabelKeys and labelSelector')]
        : []),
    ]),
  ];
}

/** How evenly Pods spread (Kubernetes: `core/validation.validateTopologySpreadConstraints`). */
export function validateTopologySpread(
  constraints: readonly V1TopologySpreadConstraint[] | undefined,
  field: string,
): FieldError[] {
  return each(constraints, field, (constraint, path, index) => {
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '', minDomains } = constraint;
    const findings: FieldError[] = [];
    if (maxSkew <= 0) findings.push(invalidValue(`${path}.maxSkew`, maxSkew, notPositive));
    if (topologyKey === '') findings.push(required(`${path}.topologyKey`, 'can not be empty'));
    if (!actions.includes(action)) findings.push(notSupported(`${path}.whenUnsatisfiable`, action, actions));
    const repeated = (constraints ?? [])
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action);
    if (repeated) {
      findings.push(duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`));
    }
    if (minDomains !== undefined && minDomains <= 0) {
      findings.push(invalidValue(`${path}.minDomains`, minDomains, notPositive));
    }
    if (minDomains !== undefined && action !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
      findings.push(invalidValue(`${path}.minDomains`, minDomains, detail));
    }
    return [
      ...findings,
      ...oneOfIfSet(`${path}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, policies),
      ...oneOfIfSet(`${path}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, policies),
      ...validateKeys(constraint, `${path}.matchLabelKeys`),
      ...validateLabelSelector(constraint.labelSelector, `${path}.labelSelector`),
    ];
  });
}
