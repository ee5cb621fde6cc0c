import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';

/** Why an object of one kind is none of the other. */
export function unknownConversion(actual: GroupVersionKind, expected: GroupVersionKind): string {
  const to = `${internalPackage(expected.group)}.${expected.kind}`;
  return `converting (${actual.version}.${actual.kind}) to (${to}): unknown conversion`;
}

/** Go's package of a group's internal types. */
export function internalPackage(group: string): string {
  // Events of both groups are one internal type.
  return group === '' || group === 'events.k8s.io' ? 'core' : group.split('.', 1)[0]!;
}
