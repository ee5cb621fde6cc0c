import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';

/** The kind of an object as Go prints it: `example.com/v1, Kind=Widget`. */
export function kindText({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const { group, version } = groupVersionOf(apiVersion);
  return `${group}/${version}, Kind=${kind}`;
}
