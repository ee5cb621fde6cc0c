import type { KubeObject } from '@pg8s/k8s-proto/object';
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
      groupPriorityMinimum: groupPriority(group),
      versionPriority: versionPriority(group, version),
    },
  }));
}
