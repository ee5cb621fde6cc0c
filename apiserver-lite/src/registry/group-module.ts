import type { GroupName } from '@pg8s/k8s-proto/generated/kinds';

/** What is particular to an API group. */
export interface GroupFacets {
  /**
   * Where the group stands among others in discovery, highest first: `groupPriorityMinimum` of its
   * APIServices (Kubernetes: `controlplane/apiserver/apis.go`).
   */
  priority: number;
  /**
   * The storage keeps JSON, whatever `--storage-media-type` says: groups of the servers around
   * kube-apiserver's own (Kubernetes: `controlplane/apiserver/{aggregator,apiextensions}.go`, `LegacyCodec`).
   */
  storesJson?: true;
}

/** The facets of a group under its name. */
export interface GroupModule extends GroupFacets {
  readonly name: GroupName;
}

/** The module of a group. */
export function defineGroup(name: GroupName, facets: GroupFacets): GroupModule {
  return { ...facets, name };
}
