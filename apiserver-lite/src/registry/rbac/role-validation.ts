import type { V1ClusterRole, V1PolicyRule } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, required } from '../fields/field-errors.ts';
import { validateLabelSelector } from '../fields/label-selector.ts';

function validateRule(rule: V1PolicyRule, field: string, namespaced: boolean): FieldError[] {
  const findings: FieldError[] = [];
  if ((rule.verbs ?? []).length === 0)
    findings.push(required(`${field}.verbs`, 'verbs must contain at least one value'));
  if ((rule.nonResourceURLs ?? []).length > 0) {
    if (namespaced) {
      findings.push(
        invalidValue(
          `${field}.nonResourceURLs`,
          rule.nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        ),
      );
    }
    if (
      (rule.apiGroups ?? []).length + (rule.resources ?? []).length + (rule.resourceNames ?? []).length >
      0
    ) {
      findings.push(
        invalidValue(
          `${field}.nonResourceURLs`,
          rule.nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        ),
      );
    }
    return findings;
  }
  if ((rule.apiGroups ?? []).length === 0) {
    findings.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if ((rule.resources ?? []).length === 0) {
    findings.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  }
  return findings;
}

/** The rules of a ClusterRole, or of a Role, which is a ClusterRole without aggregation. */
export function validateRole(namespaced: boolean): (object: V1ClusterRole) => FieldError[] {
  return ({ rules, aggregationRule: aggregation }) => {
    const findings = (rules ?? []).flatMap((rule, index) =>
      validateRule(rule, `rules[${index}]`, namespaced),
    );
    if (aggregation === undefined) return findings;
    const selectors = aggregation.clusterRoleSelectors ?? [];
    if (selectors.length === 0) {
      findings.push(
        required(
          'aggregationRule.clusterRoleSelectors',
          'at least one clusterRoleSelector required if aggregationRule is non-nil',
        ),
      );
    }
    for (const [index, selector] of selectors.entries()) {
      findings.push(...validateLabelSelector(selector, `aggregationRule.clusterRoleSelectors[${index}]`));
    }
    return findings;
  };
}
