/** An API group and one of its versions; the core group is empty. */
export interface GroupVersion {
  group: string;
  version: string;
}

/** A kind in one version of its group. */
export interface GroupVersionKind extends GroupVersion {
  kind: string;
}

/** `apps/v1` → `{ group: 'apps', version: 'v1' }`; `v1` is of the core group, whose name is empty. */
export function groupVersionOf(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The inverse of `groupVersionOf`. */
export function apiVersionOf({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`;
}
