import { ownValue } from '@pg8s/k8s-proto/own-value';
import { parseInt64 } from '../runtime/int64.ts';

/**
 * One requirement of a label selector or a node selector, as JSON: `{key: 'zone', operator: 'In', values:
 * ['a']}`.
 */
export interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/** Labels of an object, or fields by their paths. Only own properties count: users choose the keys. */
export type Labels = Readonly<Record<string, string>> | undefined;

/**
 * Whether labels satisfy one requirement (Kubernetes: `labels.Requirement.Matches`). An operator that does
 * not exist is satisfied by nothing. `Gt` and `Lt` compare int64s; they belong to node selectors only, and
 * validation refuses them elsewhere.
 */
export function satisfies(labels: Labels, { key, operator, values = [] }: Requirement): boolean {
  const value = ownValue(labels, key);
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
      return compareInt64(value, values[0], (left, right) => left > right);
    case 'Lt':
      return compareInt64(value, values[0], (left, right) => left < right);
    default:
      return false;
  }
}

/** Whether labels have every key of `wanted` with its value. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => ownValue(labels, key) === value);
}

/** Compares two texts as int64s; false where one of them is no int64. */
export function compareInt64(
  left: string | undefined,
  right: string | undefined,
  holds: (left: bigint, right: bigint) => boolean,
): boolean {
  const [one, other] = [parseInt64(left), parseInt64(right)];
  return one !== undefined && other !== undefined && holds(one, other);
}
