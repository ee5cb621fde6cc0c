import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidValue } from './field-errors.ts';
import { atLeastZero } from './rules.ts';

type Counts = Record<string, number | undefined>;

const countsOf = (object: KubeObject) => (object['status'] ?? {}) as Counts;

/** What must not be more than what. */
export type Bound = readonly [part: string, whole: string, words: string];

/** Counts of a status are not negative, and not above their bounds. */
export function validateCounts(
  object: KubeObject,
  names: readonly string[],
  bounds: readonly Bound[],
): FieldError[] {
  const counts = countsOf(object);
  return [
    ...names.flatMap((name) => atLeastZero(`status.${name}`, counts[name])),
    ...bounds
      .filter(([part, whole]) => (counts[part] ?? 0) > (counts[whole] ?? 0))
      .map(([part, , words]) =>
        invalidValue(`status.${part}`, counts[part] ?? 0, `cannot be greater than ${words}`),
      ),
  ];
}

/** Bounds by which these counts are at most `status.replicas`. */
export const ofReplicas = (...names: string[]): Bound[] =>
  names.map((name) => [name, 'replicas', 'status.replicas'] as const);

/** How often names of revisions clashed never becomes less (Kubernetes: `apivalidation.IsDecremented`). */
export function validateCollisions(object: KubeObject, old: KubeObject): FieldError[] {
  const [count, before] = [countsOf(object)['collisionCount'], countsOf(old)['collisionCount']];
  return before !== undefined && (count === undefined || count < before)
    ? [invalidValue('status.collisionCount', count ?? 0, 'cannot be decremented')]
    : [];
}
