import type { ClusterRole } from '../../runtime/client/resource.ts';
import { semanticEqual } from '../../runtime/semantic-equal.ts';
import { matchesSelector } from '../../selectors/label-selector.ts';

type PolicyRule = NonNullable<ClusterRole['rules']>[number];

/**
 * The rules of the roles that a role's `aggregationRule` selects: selector by selector, the roles of each by
 * name, a rule that is there already left out. The role itself is none of them.
 */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selected = all
      .filter(({ metadata }) => metadata.name !== role.metadata.name)
      .filter(({ metadata }) => matchesSelector(selector, metadata.labels))
      .toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
    for (const rule of selected.flatMap((each) => each.rules ?? [])) {
      if (!rules.some((known) => semanticEqual(known, rule))) rules.push(rule);
    }
  }
  return rules;
}

function nameOf({ metadata }: ClusterRole): string {
  return metadata.name ?? '';
}
