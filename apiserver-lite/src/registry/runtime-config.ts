import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';

/**
 * `--runtime-config`: `api/beta=true`, `batch/v1=false`,
 * `storage.k8s.io/v1beta1/volumeattributesclasses=true`.
 */
export type RuntimeConfig = Readonly<Record<string, boolean>>;

const stability = (version: string) =>
  version.includes('alpha') ? 'api/alpha' : version.includes('beta') ? 'api/beta' : 'api/ga';

/**
 * Whether a resource is served: the most particular key decides (kube-apiserver:
 * `resourceconfig.MergeAPIResourceConfigs`).
 */
export function isServed(resource: ResourceInfo, config: RuntimeConfig): boolean {
  const { group, version, name, servedByDefault } = resource;
  const groupVersion = group === '' ? version : `${group}/${version}`;
  for (const key of [`${groupVersion}/${name}`, groupVersion, stability(version), 'api/all']) {
    const decided = config[key] ?? (group === '' ? config[`api/${key}`] : undefined);
    if (decided !== undefined) return decided;
  }
  return servedByDefault;
}
