import { resources } from '@pg8s/k8s-proto/scheme';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import { kindModuleOf } from '../../registry/kind-modules.ts';
import { restFacets } from '../../registry/rest-facets.ts';
import { ResourceTable } from '../../registry/resource-table.ts';
import { withBuiltInTypes } from '../../registry/resource-types/built-in/built-in-types.ts';
import type { Rest } from '../../registry/rest.ts';

const unused = (): never => {
  throw new Error('nothing is stored here');
};

const methods = {
  create: unused,
  createNamed: unused,
  get: unused,
  list: unused,
  watch: unused,
  update: unused,
  delete: unused,
  deleteCollection: unused,
  connect: unused,
  table: { columns: [], cells: unused },
} satisfies Omit<Rest, 'resource' | 'subresource' | 'selectableFields'>;

/**
 * A table of every built-in resource that `isWanted`, for tests of the documents about them; nothing can be
 * called.
 */
export function fullRegistry(isWanted: (resource: ResourceInfo) => boolean = () => true): ResourceTable {
  const rests: Rest[] = resources().flatMap((resource) =>
    isWanted(resource)
      ? [
          { ...methods, resource, ...restFacets(resource, kindModuleOf(resource)) },
          ...resource.subresources.map((subresource): Rest => {
            const query = kindModuleOf(resource)?.queries?.[subresource.name];
            return { ...methods, resource, subresource, ...(query === undefined ? {} : { query }) };
          }),
        ]
      : [],
  );
  return new ResourceTable(rests.map(withBuiltInTypes));
}
