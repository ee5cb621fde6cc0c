import type { ApiGroup, ApiResource } from './api-tree.ts';

/** Everything about some groups in one document (KEP-3352, `apidiscovery.k8s.io`). */
export function aggregatedDocument(groups: readonly ApiGroup[]): unknown {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: versions.map(
        ({ version, resources, remote }) =>
          remote?.discovery ?? {
            version,
            resources: resources.map((resource) => resourceEntry(resource)),
            freshness: 'Current',
          },
      ),
    })),
  };
}

function resourceEntry(resource: ApiResource): unknown {
  const { name, singularName, namespaced, group, version, kind, verbs, shortNames, categories } = resource;
  return {
    resource: name,
    responseKind: resource.isCustom
      ? { group, version, kind }
      : // A resource that is there for its subresources alone has no kind of its own.
        { group: '', version: '', kind: verbs.length === 0 ? '' : kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singularName,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(resource.subresources.length === 0
      ? {}
      : {
          subresources: resource.subresources.map((subresource) => ({
            subresource: subresource.name,
            // Only kinds from elsewhere name their group and version.
            responseKind:
              subresource.group === group && subresource.version === version && !resource.isCustom
                ? { group: '', version: '', kind: subresource.kind }
                : { group: subresource.group, version: subresource.version, kind: subresource.kind },
            verbs: subresource.verbs,
          })),
        }),
  };
}
