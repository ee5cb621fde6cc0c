import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Rest } from '../rest.ts';

/** How groups stand among each other (kube-apiserver: `controlplane/apiserver/apis.go`). */
const groupPriorities: Readonly<Record<string, number>> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'internal.apiserver.k8s.io': 16000,
  'resource.k8s.io': 15900,
  'storagemigration.k8s.io': 15800,
};

/** Versions whose priority is not what their stability gives. */
const versionPriorities: Readonly<Record<string, number>> = {
  '/v1': 1,
  'autoscaling/v2': 30,
  'flowcontrol.apiserver.k8s.io/v1': 21,
};

function versionPriority(group: string, version: string): number {
  const own = versionPriorities[`${group}/${version}`];
  if (own !== undefined) return own;
  if (version.includes('alpha')) return 1;
  return version.includes('beta') ? 9 : 15;
}

/** An APIService per served group version, but for the one that serves APIServices. */
export function apiServiceObjects(rests: readonly Rest[]): KubeObject[] {
  const served = new Map<string, { group: string; version: string }>();
  for (const { resource } of rests) {
    const { group, version } = resource;
    if (group !== 'apiregistration.k8s.io') served.set(`${version}.${group}`, { group, version });
  }
  return [...served].map(([name, { group, version }]) => ({
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: {
      ...(group === '' ? {} : { group }),
      version,
      groupPriorityMinimum: groupPriorities[group] ?? 1000,
      versionPriority: versionPriority(group, version),
    },
  }));
}
