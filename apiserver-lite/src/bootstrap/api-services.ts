import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupVersion } from '@pg8s/k8s-proto/group-version';
import { resources } from '@pg8s/k8s-proto/scheme';
import { groupPriority } from '../discovery/group-priority.ts';
import type { Rest } from '../registry/rest.ts';

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

function versionPriority(group: string, version: string): number {
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

/** By this label the aggregator knows APIServices that it made itself. */
const managedLabel = 'kube-aggregator.kubernetes.io/automanaged';

/** The name of a version's APIService: `v1.apps`, and `v1.` in the core group. */
export function apiServiceName({ group, version }: GroupVersion): string {
  return `${version}.${group}`;
}

/**
 * The APIService of a version that this server serves itself. Versions of built-in groups are registered at
 * the start (`onstart`), others as long as they are served (`true`).
 */
export function localApiService({ group, version }: GroupVersion): KubeObject {
  const isBuiltIn = builtInVersions().has(`${group}/${version}`);
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: apiServiceName({ group, version }),
      labels: { [managedLabel]: isBuiltIn ? 'onstart' : 'true' },
    },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      groupPriorityMinimum: groupPriority(group),
      versionPriority: isBuiltIn ? versionPriority(group, version) : customVersionPriority,
    },
  };
}

/** Whether an APIService was made by the aggregator for a version that it serves itself. */
export function isLocalApiService(object: KubeObject): boolean {
  const { service } = (object['spec'] ?? {}) as { service?: unknown };
  return object.metadata.labels?.[managedLabel] !== undefined && (service === undefined || service === null);
}

/** The versions that have an APIService: all that are served, but for the one that serves APIServices. */
export function registeredVersions(rests: readonly Rest[]): GroupVersion[] {
  const served = new Map<string, GroupVersion>();
  for (const { resource } of rests) {
    const { group, version } = resource;
    if (group !== 'apiregistration.k8s.io') served.set(`${group}/${version}`, { group, version });
  }
  return [...served.values()];
}

let builtIn: ReadonlySet<string> | undefined;

function builtInVersions(): ReadonlySet<string> {
  builtIn ??= new Set(resources().map(({ group, version }) => `${group}/${version}`));
  return builtIn;
}
