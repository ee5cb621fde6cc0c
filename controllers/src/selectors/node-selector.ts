import type { Node, Pod } from '../runtime/client/resource.ts';
import { hasLabels, type Requirement, satisfies } from './requirement.ts';

/** `core/v1.NodeSelectorTerm` as JSON. */
export interface NodeSelectorTerm {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

/**
 * Whether a node satisfies all of a term; a term without requirements matches no node (Kubernetes:
 * `component-helpers/nodeaffinity`).
 */
export function matchesTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((requirement) => satisfies(node.metadata.labels, requirement)) &&
    matchFields.every((requirement) => satisfies(fields, requirement))
  );
}

/**
 * Whether a Pod's `nodeSelector` and its required node affinity allow a node (Kubernetes:
 * `nodeaffinity.GetRequiredNodeAffinity`).
 */
export function allowsNode({ spec }: Pod, node: Node): boolean {
  if (!hasLabels(node.metadata.labels, spec?.nodeSelector)) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (!required) return true;
  return (required.nodeSelectorTerms as NodeSelectorTerm[]).some((term) => matchesTerm(term, node));
}
