import type { KubeObject } from '@pg8s/k8s-proto/object';
import { compileLabelSelector, type LabelRequirement, type Labels } from '../../selectors/label-selector.ts';

/** A label selector as objects have it (Kubernetes: `meta/v1.LabelSelector`). */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** A selector that is read once and asked often. */
export interface CompiledSelector {
  /** It has no requirement. */
  readonly matchesAll: boolean;
  matches(labels: Labels): boolean;
}

const operators: Readonly<Record<string, LabelRequirement['operator']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

/**
 * Reads a selector (Kubernetes: `metav1.LabelSelectorAsSelector`): one that is not there matches nothing. An
 * operator that does not exist, which validation lets nobody store, matches nothing either.
 */
export function compileSelector(selector: LabelSelector | undefined): CompiledSelector {
  const nothing: CompiledSelector = { matchesAll: false, matches: () => false };
  if (selector === undefined) return nothing;
  const requirements: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    requirements.push({ key, operator: '=', values: [value] });
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (known === undefined) return nothing;
    requirements.push({ key, operator: known, values });
  }
  const matches = compileLabelSelector(requirements);
  return matches === undefined ? { matchesAll: true, matches: () => true } : { matchesAll: false, matches };
}

/**
 * Whether an object selector is about a request: the object or the old one has the labels. What is not there,
 * or has no metadata as the options of a connection, has not (Kubernetes:
 * `webhook/predicates/object.Matcher`).
 */
export function selectsObject(
  selector: CompiledSelector,
  {
    object,
    oldObject,
  }: { readonly object: KubeObject | undefined; readonly oldObject: KubeObject | undefined },
): boolean {
  if (selector.matchesAll) return true;
  return [object, oldObject].some(
    (each) => each?.metadata !== undefined && selector.matches(each.metadata.labels),
  );
}
