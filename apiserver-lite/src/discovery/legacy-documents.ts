import { apiVersionOf } from '@pg8s/k8s-proto/group-version';
import type { ApiGroup, ApiResource, ApiVersion } from './api-tree.ts';

/** `/api`: the versions of the core group, and where to find the server. */
export function coreVersions(core: ApiGroup | undefined, serverAddress: string): unknown {
  return {
    kind: 'APIVersions',
    versions: (core?.versions ?? []).map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  };
}

/** `/apis`: all groups but the core. */
export function groupList(groups: readonly ApiGroup[]): unknown {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupFields(group)) };
}

/** `/apis/GROUP`. */
export function groupDocument(group: ApiGroup): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) };
}

function groupFields({ name, versions }: ApiGroup): Record<string, unknown> {
  const names = versions.map(({ group, version }) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name, versions: names, preferredVersion: names[0] };
}

/** `/apis/GROUP/VERSION` and `/api/v1`: the resources, each followed by its subresources. */
export function resourceList({ group, version, resources }: ApiVersion): unknown {
  return {
    kind: 'APIResourceList',
    // The core group's list is older than this field.
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap((resource) => resourceRows(resource)),
  };
}

function resourceRows(resource: ApiResource): unknown[] {
  const { name, singularName, namespaced, kind, verbs, shortNames, categories, storageVersionHash } =
    resource;
  const rows: unknown[] = resource.subresources.map((subresource) => ({
    name: `${name}/${subresource.name}`,
    singularName: '',
    namespaced,
    ...(subresource.group === resource.group && subresource.version === resource.version
      ? {}
      : { group: subresource.group, version: subresource.version }),
    kind: subresource.kind,
    verbs: subresource.verbs,
  }));
  if (verbs.length > 0) {
    rows.unshift({
      name,
      singularName,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      ...(storageVersionHash === '' ? {} : { storageVersionHash }),
    });
  }
  return rows;
}
