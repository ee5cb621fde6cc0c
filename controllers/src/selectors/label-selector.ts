import { hasLabels, type Labels, type Requirement, satisfies } from './requirement.ts';

/** `meta/v1.LabelSelector` as JSON. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: Requirement[];
}

/** Whether labels satisfy a selector. An empty selector matches everything, an absent one nothing. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (!selector) return false;
  return (
    hasLabels(labels, selector.matchLabels) &&
    (selector.matchExpressions ?? []).every(
      (requirement) => !isNumeric(requirement) && satisfies(labels, requirement),
    )
  );
}

/** Whether a selector has no requirement, and so matches everything. */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  );
}

/** `Gt` and `Lt` are no operators of label selectors. */
function isNumeric({ operator }: Requirement): boolean {
  return operator === 'Gt' || operator === 'Lt';
}
