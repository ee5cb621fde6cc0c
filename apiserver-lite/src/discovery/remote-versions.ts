/** A version of a group that another server answers for. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  /** Of the group, and of the version in it: higher ones come first (`APIService.spec`). */
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Its part of the aggregated document (`apidiscovery.k8s.io/v2`, `APIVersionDiscovery`). */
  readonly discovery: object;
}

/** What is discovered beside what this server serves itself. */
export interface RemoteVersions {
  /** Rises with every change. */
  readonly version: number;
  all(): readonly RemoteVersion[];
}
