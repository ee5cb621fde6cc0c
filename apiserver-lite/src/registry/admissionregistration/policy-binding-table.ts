import type {
  V1LabelSelector,
  V1MutatingAdmissionPolicyBinding,
  V1ValidatingAdmissionPolicyBinding,
} from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const unset = '<unset>';

/** A selector as Go prints the protobuf message. */
function selectorMessage({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key] ?? ''},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

export const policyBindingTable = tableOf<
  V1ValidatingAdmissionPolicyBinding | V1MutatingAdmissionPolicyBinding
>([
  nameColumn(),
  column('PolicyName', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', ({ spec }) => {
    const { namespace, name, selector } = spec?.paramRef ?? {};
    if (name) return `${namespace || '*'}/${name}`;
    return selector === undefined ? unset : selectorMessage(selector);
  }),
  ageColumn(),
]);
