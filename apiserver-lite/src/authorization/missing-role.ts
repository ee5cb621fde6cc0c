import type { RoleRef } from './rbac-objects.ts';

/** What is said of a binding whose role is not there. */
export function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io "${name}" not found`;
}

/** Several errors as one text, each of them once (Kubernetes: `util/errors.NewAggregate`). */
export function aggregate(messages: readonly string[]): string {
  const all = [...new Set(messages)];
  return all.length === 1 ? all[0]! : `[${all.join(', ')}]`;
}
