import { groupModuleOf } from '../registry/group-modules.ts';

/** What a CustomResourceDefinition's group gets. */
const defaultPriority = 1000;

/** The `groupPriorityMinimum` of a group. */
export function groupPriority(group: string): number {
  return groupModuleOf(group)?.priority ?? defaultPriority;
}

/** Sorts groups for discovery: by priority, then by name. */
export function compareGroups(left: string, right: string): number {
  const difference = groupPriority(right) - groupPriority(left);
  return difference === 0 ? compareText(left, right) : difference;
}

/**
 * Sorts versions, the preferred one first: v2, v1, v1beta2, v1beta1, v1alpha1, then other names by the
 * alphabet.
 */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [rankOf(left), rankOf(right)];
  for (const [index, rank] of a.entries()) {
    const difference = (b[index] ?? 0) - rank;
    if (difference !== 0) return difference;
  }
  return compareText(left, right);
}

function rankOf(version: string): [stability: number, major: number, minor: number] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [0, 0, 0];
  const [, major = '0', stage, minor = '0'] = match;
  return [stage === undefined ? 3 : stage === 'beta' ? 2 : 1, Number(major), Number(minor)];
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
