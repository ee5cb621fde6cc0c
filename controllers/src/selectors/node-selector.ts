import { parseInt64 } from '../runtime/int64.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { Node } from '../runtime/client/resource.ts';

/** `core/v1.NodeSelectorRequirement` as JSON. */
export interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/** `core/v1.NodeSelectorTerm` as JSON. */
export interface NodeSelectorTerm {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

/** Whether a node fulfils all of a term; a term without requirements matches no node (Kubernetes: `component-helpers/nodeaffinity`). */
export function matchesTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields: Record<string, string> = { 'metadata.name': node.metadata.name ?? '' };
  return (
    matchExpressions.every((requirement) => fulfils(requirement, node.metadata.labels ?? {})) &&
    matchFields.every((requirement) => fulfils(requirement, fields))
  );
}

function fulfils({ key, operator, values = [] }: Requirement, of: Record<string, string>): boolean {
  const value = ownValue(of, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return compare(value, values[0], (left, right) => left > right);
    case 'Lt':
      return compare(value, values[0], (left, right) => left < right);
    default:
      return false;
  }
}

/** Whether two int64s are so; what is none is not. */
function compare(
  left: string | undefined,
  right: string | undefined,
  holds: (left: bigint, right: bigint) => boolean,
): boolean {
  const [one, other] = [parseInt64(left), parseInt64(right)];
  return one !== undefined && other !== undefined && holds(one, other);
}
