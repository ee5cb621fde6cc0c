import { resources } from '@pg8s/k8s-proto/scheme';
import { groupModuleOf } from '../registry/group-modules.ts';

/** What a CustomResourceDefinition's group gets. */
const defaultPriority = 1000;

/** The `groupPriorityMinimum` of a group. */
export function groupPriority(group: string): number {
  return groupModuleOf(group)?.priority ?? defaultPriority;
}

/** The group of APIServices itself is always the first: no APIService can have as much. */
const firstPriority = 20_001;

/** Sorts groups for discovery: by priority, then by name. `remote`: the priorities that APIServices give. */
export function compareGroups(
  left: string,
  right: string,
  remote: ReadonlyMap<string, number> = new Map(),
): number {
  const priority = (group: string): number =>
    group === 'apiregistration.k8s.io'
      ? firstPriority
      : Math.max(isLocal(group, remote) ? groupPriority(group) : 0, remote.get(group) ?? 0);
  const difference = priority(right) - priority(left);
  return difference === 0 ? compareText(left, right) : difference;
}

/** A group of which nothing is known here has the priority of its APIServices alone. */
function isLocal(group: string, remote: ReadonlyMap<string, number>): boolean {
  return groupModuleOf(group) !== undefined || !remote.has(group);
}

/** Versions whose priority is not what their stability gives. */
const versionPriorities: Readonly<Record<string, number>> = {
  '/v1': 1,
  'admissionregistration.k8s.io/v1alpha1': 9,
  'admissionregistration.k8s.io/v1beta1': 12,
  'autoscaling/v2': 30,
  'coordination.k8s.io/v1alpha2': 12,
  'coordination.k8s.io/v1beta1': 13,
  'flowcontrol.apiserver.k8s.io/v1': 21,
  'internal.apiserver.k8s.io/v1alpha1': 9,
  'resource.k8s.io/v1': 21,
  'resource.k8s.io/v1beta2': 15,
  'scheduling.k8s.io/v1alpha2': 2,
};

/** The `versionPriority` of a version in its group. */
export function versionPriority(group: string, version: string): number {
  if (!isBuiltInVersion(group, version)) return customVersionPriority;
  const own = versionPriorities[`${group}/${version}`];
  if (own !== undefined) return own;
  if (version.includes('alpha')) return 1;
  return version.includes('beta') ? 9 : 15;
}

/**
 * What a version of a CustomResourceDefinition gets; such versions are then sorted by their names
 * (kube-aggregator: `crdregistration`).
 */
const customVersionPriority = 100;

let builtIn: ReadonlySet<string> | undefined;

/** Whether a version is one of Kubernetes' own. */
export function isBuiltInVersion(group: string, version: string): boolean {
  builtIn ??= new Set(resources().map(({ group, version }) => `${group}/${version}`));
  return builtIn.has(`${group}/${version}`);
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
