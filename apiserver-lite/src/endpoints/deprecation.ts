import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';

/** Kinds that are on their way out: since when, and what to use instead (Kubernetes: `prerelease-lifecycle-gen`). */
const deprecated: Readonly<Record<string, { since: string; replacement?: string }>> = {
  '/v1/ComponentStatus': { since: 'v1.19' },
  '/v1/Endpoints': { since: 'v1.33', replacement: 'discovery.k8s.io/v1 EndpointSlice' },
};

/** The warning that every request for the kind gets; undefined for most. */
export function deprecationWarning({ group, version, kind }: GroupVersionKind): string | undefined {
  const entry = deprecated[`${group}/${version}/${kind}`];
  if (entry === undefined) return undefined;
  const name = `${group === '' ? '' : `${group}/`}${version} ${kind}`;
  const instead = entry.replacement === undefined ? '' : `; use ${entry.replacement}`;
  return `${name} is deprecated in ${entry.since}+${instead}`;
}
