import { createHash } from 'node:crypto';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { ServedResources } from '../registry/resource-table.ts';
import type { OpenApiTypes } from '../registry/resource-types/open-api-types.ts';
import type { QueryParameter, Rest, ServedRest } from '../registry/rest.ts';
import { compareGroups, compareVersions, versionPriority } from './group-priority.ts';
import type { RemoteVersion, RemoteVersions } from './remote-versions.ts';

/** A group that is served. */
export interface ApiGroup {
  name: string;
  /** The preferred one first. */
  versions: readonly ApiVersion[];
}

/** A version of a group, with its resources. */
export interface ApiVersion {
  group: string;
  version: string;
  /** By name. */
  resources: ApiResource[];
  /** Another server answers for it, and says what there is. */
  remote?: RemoteVersion;
}

/** A resource as clients discover it. */
export interface ApiResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** Empty for what is not stored. */
  storageVersionHash: string;
  /** Whether the OpenAPI document has the object as the answer of DELETE. */
  publishesDeletedObject: boolean;
  /** It is one of a CustomResourceDefinition. */
  isCustom?: true;
  /** By name. A resource may be there for its subresources alone: then it has no verbs. */
  subresources: ApiSubresource[];
  /** Its schemas, where the published table has none. */
  openApi?: OpenApiTypes;
}

/** A subresource as clients discover it. */
export interface ApiSubresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
  /** Its query parameters, where it answers requests itself and is no proxy. */
  query?: readonly QueryParameter[];
  /** The schemas of its kind, where the published table has none. */
  openApi?: OpenApiTypes;
}

const methodOfVerb: Readonly<Record<string, readonly (keyof Rest)[]>> = {
  create: ['create', 'createNamed', 'connect'],
  get: ['get', 'connect'],
  list: ['list'],
  watch: ['watch'],
  update: ['update', 'connect'],
  patch: ['update', 'connect'],
  delete: ['delete', 'connect'],
  deletecollection: ['deleteCollection'],
};

/**
 * What can be discovered, read off the table of what is served when it has changed: the verbs of the
 * resources, as far as they are implemented. Groups and versions that a change leaves as they were stay the
 * same objects, so that what was made of them can be kept.
 */
export class ApiTree {
  readonly #resources: Pick<ServedResources, 'all' | 'version'>;
  readonly #remote: RemoteVersions | undefined;
  #version: string | undefined;
  #groups: readonly ApiGroup[] = [];
  #groupsByName = new Map<string, ApiGroup>();
  #versions = new Map<string, { rests: readonly object[]; entry: ApiVersion }>();

  /** `remote`: what other servers answer for; their versions take the place of this server's. */
  constructor(resources: Pick<ServedResources, 'all' | 'version'>, remote?: RemoteVersions) {
    this.#resources = resources;
    this.#remote = remote;
  }

  /** In the order of discovery. The same array until the table changes. */
  groups(): readonly ApiGroup[] {
    const version = `${this.#resources.version} ${this.#remote?.version}`;
    if (this.#version !== version) {
      this.#version = version;
      this.#rebuild();
    }
    return this.#groups;
  }

  #rebuild(): void {
    const groups = new Map<string, Map<string, ServedRest[]>>();
    for (const rest of this.#resources.all()) {
      if (rest.isUnpublished === true) continue;
      const { group, version } = rest.resource;
      const versions = emplace(groups, group, () => new Map<string, ServedRest[]>());
      emplace(versions, version, () => []).push(rest);
    }
    const remote = this.#remote?.all() ?? [];
    const groupPriorities = new Map<string, number>();
    const remoteVersions = new Map<string, RemoteVersion>();
    for (const each of remote) {
      emplace(groups, each.group, () => new Map<string, ServedRest[]>()).set(each.version, []);
      remoteVersions.set(`${each.group}/${each.version}`, each);
      groupPriorities.set(each.group, Math.max(each.groupPriority, groupPriorities.get(each.group) ?? 0));
    }
    const versionsBefore = this.#versions;
    const groupsBefore = this.#groupsByName;
    this.#versions = new Map();
    this.#groupsByName = new Map();
    this.#groups = [...groups]
      .sort(([left], [right]) => compareGroups(left, right, groupPriorities))
      .map(([name, versions]) => {
        const entries = [...versions]
          .sort(([left], [right]) =>
            groupPriorities.has(name)
              ? comparePriorities(name, [left, right], remoteVersions)
              : compareVersions(left, right),
          )
          .map(([version, rests]) => {
            const before = versionsBefore.get(`${name}/${version}`);
            const other = remoteVersions.get(`${name}/${version}`);
            const made: readonly object[] = other === undefined ? rests : [other];
            const kept = before !== undefined && isSameList(before.rests, made) ? before : undefined;
            const now = kept ?? {
              rests: made,
              entry:
                other === undefined
                  ? versionOf(name, version, rests)
                  : { group: name, version, resources: [], remote: other },
            };
            this.#versions.set(`${name}/${version}`, now);
            return now.entry;
          });
        const before = groupsBefore.get(name);
        const group =
          before !== undefined && isSameList(before.versions, entries) ? before : { name, versions: entries };
        this.#groupsByName.set(name, group);
        return group;
      });
  }
}

/** Where an APIService leads to another server, the priorities of APIServices decide. */
function comparePriorities(
  group: string,
  [left, right]: readonly [string, string],
  remote: ReadonlyMap<string, RemoteVersion>,
): number {
  const priority = (version: string): number =>
    remote.get(`${group}/${version}`)?.versionPriority ?? versionPriority(group, version);
  return priority(right) - priority(left) || compareVersions(left, right);
}

function isSameList<Item>(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function versionOf(group: string, version: string, rests: readonly ServedRest[]): ApiVersion {
  const resources = new Map<string, ApiResource>();
  for (const rest of rests) {
    const { resource, subresource } = rest;
    const { openApi } = rest.types;
    const entry = emplace(resources, resource.name, () => resourceWithoutVerbs(resource));
    if (subresource === undefined) {
      entry.verbs = publishedVerbs(resource.verbs, rest);
      if (rest.isCustom === true) entry.isCustom = true;
      if (openApi !== undefined) entry.openApi = openApi;
      entry.publishesDeletedObject =
        rest.returnsDeletedObject === true && rest.publishesDeletedStatus !== true;
    } else {
      entry.subresources.push({
        name: subresource.name,
        group: subresource.group,
        version: subresource.version,
        kind: subresource.kind,
        verbs: publishedVerbs(subresource.verbs, rest),
        ...(rest.query === undefined ? {} : { query: rest.query }),
        ...(openApi === undefined ? {} : { openApi }),
      });
    }
  }
  return { group, version, resources: sortByName([...resources.values()]) };
}

/** Those of definitions are listed as they are, in an order of their own. */
function publishedVerbs(verbs: readonly string[], rest: ServedRest): readonly string[] {
  return rest.isCustom === true ? (rest.publishedVerbs ?? verbs) : implementedVerbs(verbs, rest);
}

function implementedVerbs(verbs: readonly string[], rest: Rest): string[] {
  return verbs
    .filter((verb) => (methodOfVerb[verb] ?? []).some((method) => rest[method] !== undefined))
    .sort();
}

function resourceWithoutVerbs(resource: ResourceInfo): ApiResource {
  const { name, singularName, namespaced, group, version, kind, shortNames, categories, storageKeyPrefix } =
    resource;
  return {
    name,
    singularName,
    namespaced,
    group,
    version,
    kind,
    verbs: [],
    shortNames,
    categories,
    storageVersionHash: storageKeyPrefix === undefined ? '' : storageVersionHash(resource),
    publishesDeletedObject: false,
    subresources: [],
  };
}

/**
 * Tells clients, without naming it, in which version objects are stored (Kubernetes:
 * `discovery/storageversionhash.go`).
 */
function storageVersionHash({ storedAs: { group, version, kind } }: Pick<ResourceInfo, 'storedAs'>): string {
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

function sortByName(resources: ApiResource[]): ApiResource[] {
  for (const { subresources, isCustom } of resources) {
    if (isCustom !== true) subresources.sort((left, right) => (left.name < right.name ? -1 : 1));
  }
  return resources.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function emplace<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
