import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupVersion } from '@pg8s/k8s-proto/group-version';
import { groupPriority, isBuiltInVersion, versionPriority } from '../discovery/group-priority.ts';
import type { Rest } from '../registry/rest.ts';

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
  const isBuiltIn = isBuiltInVersion(group, version);
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
      versionPriority: versionPriority(group, version),
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
