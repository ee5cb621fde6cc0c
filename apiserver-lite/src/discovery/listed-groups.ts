import type { GroupVersion } from '@pg8s/k8s-proto/group-version';
import type { ApiGroup } from './api-tree.ts';
import { compareGroups, compareVersions } from './group-priority.ts';

/** The versions that have an APIService. */
export interface RegisteredVersions {
  /** Rises with every change. */
  readonly version: number;
  all(): Iterable<GroupVersion>;
}

/**
 * The groups of `/apis` and `/apis/GROUP`: what is served, and versions that have an APIService and nothing
 * behind it, for example of a definition whose names were not accepted (kube-aggregator: `apisHandler`).
 */
export class ListedGroups {
  readonly #registered: RegisteredVersions | undefined;
  #from: { groups: readonly ApiGroup[]; version: number | undefined; missing: string } | undefined;
  #listed: readonly ApiGroup[] = [];

  constructor(registered: RegisteredVersions | undefined) {
    this.#registered = registered;
  }

  /** The groups with what is missing in them; the same array as long as nothing changes. */
  of(groups: readonly ApiGroup[]): readonly ApiGroup[] {
    const version = this.#registered?.version;
    const from = this.#from;
    if (from?.groups === groups && from.version === version) return this.#listed;
    const missing = this.#missing(groups);
    const key = JSON.stringify(missing);
    this.#from = { groups, version, missing: key };
    if (from?.groups !== groups || from.missing !== key) this.#listed = withMissing(groups, missing);
    return this.#listed;
  }

  #missing(groups: readonly ApiGroup[]): GroupVersion[] {
    const served = new Set(
      groups.flatMap(({ versions }) => versions.map(({ group, version }) => `${group}/${version}`)),
    );
    const missing: GroupVersion[] = [];
    for (const { group, version } of this.#registered?.all() ?? []) {
      if (group !== '' && !served.has(`${group}/${version}`)) missing.push({ group, version });
    }
    return missing;
  }
}

function withMissing(groups: readonly ApiGroup[], missing: readonly GroupVersion[]): readonly ApiGroup[] {
  if (missing.length === 0) return groups;
  const byName = new Map(groups.map((group) => [group.name, group]));
  for (const { group: name, version } of missing) {
    const { versions } = byName.get(name) ?? { versions: [] };
    const all = [...versions, { group: name, version, resources: [] }];
    // Versions of other servers are where their APIServices put them.
    if (versions.every(({ remote }) => remote === undefined)) {
      all.sort((left, right) => compareVersions(left.version, right.version));
    }
    byName.set(name, { name, versions: all });
  }
  const known = new Set(groups.map(({ name }) => name));
  const listed = groups.map(({ name }) => byName.get(name)!);
  for (const group of byName.values()) {
    if (known.has(group.name)) continue;
    const next = listed.findIndex(({ name }) => compareGroups(group.name, name) < 0);
    listed.splice(next === -1 ? listed.length : next, 0, group);
  }
  return listed;
}
