import type { GroupVersionKind } from './group-version.ts';

/** What stands below a resource's objects in paths. */
export interface SubresourceInfo {
  /** `status`, `scale`, `binding` … */
  name: string;
  /** Kind that it reads or writes, with its group and version where they differ from the parent's. */
  kind: string;
  group: string;
  version: string;
  verbs: readonly string[];
  /** HTTP methods that are connected through to something else (`exec`, `proxy` …). */
  connect?: readonly string[];
  /** The path may go on below the subresource (`proxy`). */
  pathSuffix?: boolean;
}

/** One resource of one served group version, as discovery names it. */
export interface ResourceInfo {
  group: string;
  version: string;
  /** Plural, as in paths. */
  name: string;
  singularName: string;
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  /** Path below `/registry/`, e.g. `minions`, `services/specs`; undefined for virtual resources. */
  storageKeyPrefix: string | undefined;
  /** The kind that is written to the store (group/version/kind). */
  storedAs: GroupVersionKind;
  /** Whether a stock server serves this version without `--runtime-config`. */
  servedByDefault: boolean;
  subresources: readonly SubresourceInfo[];
}
