import { createHash } from 'node:crypto';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { ServedResources } from '../registry/resource-table.ts';
import type { Rest } from '../registry/rest.ts';
import { compareGroups, compareVersions } from './group-priority.ts';

/** What is served, in the order of discovery. */
export interface ApiGroup {
  name: string;
  /** The preferred one first. */
  versions: ApiVersion[];
}

export interface ApiVersion {
  group: string;
  version: string;
  /** By name. */
  resources: ApiResource[];
}

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
  /** By name. A resource may be there for its subresources alone: then it has no verbs. */
  subresources: ApiSubresource[];
}

export interface ApiSubresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
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

/** Reads off the registry what can be discovered: the verbs of the tables, as far as they are implemented. */
export function apiTree(served: Pick<ServedResources, 'all'>): ApiGroup[] {
  const groups = new Map<string, Map<string, Map<string, ApiResource>>>();
  for (const rest of served.all()) {
    const { resource, subresource } = rest;
    const versions = emplace(groups, resource.group, () => new Map<string, Map<string, ApiResource>>());
    const resources = emplace(versions, resource.version, () => new Map<string, ApiResource>());
    const entry = emplace(resources, resource.name, () => resourceWithoutVerbs(resource));
    if (subresource === undefined) {
      entry.verbs = implementedVerbs(resource.verbs, rest);
    } else {
      const { name, group, version, kind } = subresource;
      entry.subresources.push({
        name,
        group,
        version,
        kind,
        verbs: implementedVerbs(subresource.verbs, rest),
      });
    }
  }
  return [...groups]
    .sort(([left], [right]) => compareGroups(left, right))
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([left], [right]) => compareVersions(left, right))
        .map(([version, resources]) => ({
          group: name,
          version,
          resources: sortByName([...resources.values()]),
        })),
    }));
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
    subresources: [],
  };
}

/** Tells clients, without naming it, in which version objects are stored (Kubernetes: `discovery/storageversionhash.go`). */
function storageVersionHash({ storedAs: { group, version, kind } }: Pick<ResourceInfo, 'storedAs'>): string {
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

function sortByName(resources: ApiResource[]): ApiResource[] {
  for (const { subresources } of resources)
    subresources.sort((left, right) => (left.name < right.name ? -1 : 1));
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
