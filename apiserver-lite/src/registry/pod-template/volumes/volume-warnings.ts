import type { V1Volume } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';

/** Sources of volumes that no kubelet has any more, in the order of the warnings. */
const deadSources: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

/** A source's name in warnings, where it is not the field's. */
const said: Readonly<Record<string, string>> = { storageos: 'storageOS' };

/** Files that a token would overwrite, or be overwritten by. */
function tokenWarnings(volumes: readonly V1Volume[], field: string): string[] {
  const sources = volumes.map(({ projected }) => projected?.sources ?? []);
  const tokens = new Set(sources.flat().map(({ serviceAccountToken }) => serviceAccountToken?.path));
  tokens.delete(undefined);
  if (tokens.size === 0) return [];
  const warnings: string[] = [];
  const check = (place: string, path: string | undefined) => {
    if (!tokens.has(path)) return;
    warnings.push(`${place}: has duplicated path with ServiceAccountToken ${goQuote(path ?? '')}`);
  };
  for (const [index, list] of sources.entries()) {
    const at = `${field}[${index}].projected.sources`;
    for (const { configMap, secret, downwardAPI, clusterTrustBundle } of list) {
      for (const [j, { path }] of (configMap?.items ?? []).entries()) check(`${at}.configMap[${j}]`, path);
      for (const [j, { path }] of (secret?.items ?? []).entries()) check(`${at}.secrets[${j}]`, path);
      for (const [j, { path }] of (downwardAPI?.items ?? []).entries())
        check(`${at}.downwardAPI[${j}]`, path);
      if (clusterTrustBundle) check(`${at}.ClusterTrustBundle`, clusterTrustBundle.path);
    }
  }
  return warnings;
}

/** What no longer works of a Pod's or of a cluster's volume. */
export function sourceWarnings(source: object, field: string): string[] {
  const given = source as Record<string, unknown>;
  return Object.entries(deadSources).flatMap(([name, advice]) =>
    given[name] ? [`${field}.${said[name] ?? name}: ${advice}`] : [],
  );
}

/** Sources that name nothing to project. */
function projectionWarnings(volumes: readonly V1Volume[]): string[] {
  return volumes.flatMap(({ name, projected }) =>
    (projected?.sources ?? [])
      .filter((source) => Object.values(source).every((part) => part === undefined || part === null))
      .map(() => `volume ${goQuote(name)} (Projected) has no sources provided`),
  );
}

/** The same of all volumes of a Pod, and files of them that collide with tokens. */
export function volumeWarnings(volumes: readonly V1Volume[] | undefined, field: string): string[] {
  const list = volumes ?? [];
  return [
    ...list.flatMap((volume, index) => sourceWarnings(volume, `${field}[${index}]`)),
    ...projectionWarnings(list),
    ...tokenWarnings(list, field),
  ];
}
