import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Pod } from '../../../runtime/client/resource.ts';
import { type LabelSelector, matchesSelector } from '../../../selectors/label-selector.ts';

/** `core/v1.PodAffinityTerm` as JSON. */
export interface PodAffinityTerm {
  labelSelector?: LabelSelector;
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
  topologyKey: string;
  matchLabelKeys?: string[];
  mismatchLabelKeys?: string[];
}

/** Labels of a namespace, for terms that select namespaces by label. */
export type NamespaceLabels = (namespace: string) => Record<string, string> | undefined;

/** Whether `other` is one of the Pods that `owner`'s term means (kube-scheduler: `AffinityTerm.Matches`). */
export function matchesAffinityTerm(
  term: PodAffinityTerm,
  owner: Pod,
  other: Pod,
  namespaceLabels: NamespaceLabels,
): boolean {
  const namespace = other.metadata.namespace ?? '';
  const named = term.namespaces ?? [];
  const selects = term.namespaceSelector !== undefined;
  const inNamespace =
    named.includes(namespace) ||
    (selects && matchesSelector(term.namespaceSelector, namespaceLabels(namespace) ?? {})) ||
    (named.length === 0 && !selects && namespace === owner.metadata.namespace);
  if (!inNamespace || !matchesSelector(term.labelSelector, other.metadata.labels)) return false;
  const same = (key: string): boolean =>
    ownValue(owner.metadata.labels, key) === ownValue(other.metadata.labels, key);
  const has = (key: string): boolean => ownValue(owner.metadata.labels, key) !== undefined;
  return (
    (term.matchLabelKeys ?? []).every((key) => !has(key) || same(key)) &&
    (term.mismatchLabelKeys ?? []).every((key) => !has(key) || !same(key))
  );
}

/**
 * Whether `other` is meant by every term of `owner`; false where there is none (kube-scheduler:
 * `podMatchesAllAffinityTerms`).
 */
export function matchesAllAffinityTerms(
  terms: readonly PodAffinityTerm[],
  owner: Pod,
  other: Pod,
  namespaceLabels: NamespaceLabels,
): boolean {
  return terms.length > 0 && terms.every((term) => matchesAffinityTerm(term, owner, other, namespaceLabels));
}
