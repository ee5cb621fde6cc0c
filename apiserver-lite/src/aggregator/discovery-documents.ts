import { ownValue } from '@pg8s/k8s-proto/own-value';

type Fields = Readonly<Record<string, unknown>>;

/** What a server says of one version: `APIVersionDiscovery` without its freshness. */
export interface VersionDiscovery {
  readonly version: string;
  readonly resources?: readonly object[];
}

/** The versions in an aggregated document (`apidiscovery.k8s.io`), by `GROUP/VERSION`. */
export function versionsOf(document: unknown): ReadonlyMap<string, VersionDiscovery> {
  const versions = new Map<string, VersionDiscovery>();
  for (const group of listOf(document, 'items')) {
    const name = textOf(ownValue(group, 'metadata'), 'name');
    for (const each of listOf(group, 'versions')) {
      const version = textOf(each, 'version');
      const resources = listOf(each, 'resources').map((resource) => aggregatedResource(resource));
      versions.set(`${name}/${version}`, { version, ...(resources.length === 0 ? {} : { resources }) });
    }
  }
  return versions;
}

function aggregatedResource(resource: Fields): object {
  return {
    resource: textOf(resource, 'resource'),
    responseKind: kindOf(ownValue(resource, 'responseKind')),
    ...others(resource, ['scope', 'singularResource', 'verbs', 'shortNames', 'categories']),
    ...subresources(
      listOf(resource, 'subresources').map((subresource) => ({
        subresource: textOf(subresource, 'subresource'),
        responseKind: kindOf(ownValue(subresource, 'responseKind')),
        ...others(subresource, ['acceptedTypes', 'verbs']),
      })),
    ),
  };
}

/**
 * The resources of an old document (`APIResourceList`) in the form of new ones (Kubernetes:
 * `endpoints.ConvertGroupVersionIntoToDiscovery`). Throws an Error where a resource and its subresource are
 * in different scopes.
 */
export function resourcesOf(document: unknown): readonly object[] {
  const found = new Map<string, { resource: Record<string, unknown>; below: object[] }>();
  const rows = listOf(document, 'resources');
  const scopeOf = (row: Fields): string => (row['namespaced'] === true ? 'Namespaced' : 'Cluster');
  for (const row of rows) {
    const name = textOf(row, 'name');
    if (name.includes('/')) continue;
    const resource = {
      resource: name,
      responseKind: kindOf(row),
      scope: scopeOf(row),
      singularResource: textOf(row, 'singularName'),
      ...others(row, ['verbs', 'shortNames', 'categories']),
    };
    found.set(name, { resource, below: [] });
  }
  for (const row of rows) {
    const [parent = '', ...rest] = textOf(row, 'name').split('/');
    if (rest.length === 0) continue;
    const scope = scopeOf(row);
    let entry = found.get(parent);
    if (entry === undefined) {
      const resource = {
        resource: parent,
        responseKind: kindOf({}),
        scope,
        singularResource: '',
        verbs: null,
      };
      entry = { resource, below: [] };
      found.set(parent, entry);
    }
    if (entry.resource['scope'] !== scope)
      throw new Error(`the scopes of ${parent} and ${rest.join('/')} differ`);
    entry.below.push({
      subresource: rest.join('/'),
      responseKind: kindOf(textOf(row, 'kind') === '' ? {} : row),
      ...others(row, ['verbs']),
    });
  }
  return [...found.values()].map(({ resource, below }) => ({ ...resource, ...subresources(below) }));
}

function subresources(list: readonly object[]): object {
  return list.length === 0 ? {} : { subresources: list };
}

function kindOf(value: unknown): object {
  return { group: textOf(value, 'group'), version: textOf(value, 'version'), kind: textOf(value, 'kind') };
}

function others(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(
    names.filter((name) => ownValue(fields, name) !== undefined).map((name) => [name, fields[name]]),
  );
}

function listOf(value: unknown, name: string): readonly Fields[] {
  const list = isFields(value) ? ownValue(value, name) : undefined;
  return Array.isArray(list) ? list.filter((item) => isFields(item)) : [];
}

function textOf(value: unknown, name: string): string {
  const text = isFields(value) ? ownValue(value, name) : undefined;
  return typeof text === 'string' ? text : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
