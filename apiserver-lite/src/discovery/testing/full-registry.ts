import { resources } from '@pg8s/k8s-proto/scheme';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import type { Registry, Rest } from '../../registry/rest.ts';

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

/** A registry that claims to serve every built-in resource that `isWanted`, for tests of what is said about them. */
export function fullRegistry(isWanted: (resource: ResourceInfo) => boolean = () => true): Registry {
  const rests: Rest[] = resources().flatMap((resource) =>
    isWanted(resource)
      ? [
          { ...methods, resource },
          ...resource.subresources.map((subresource) => ({ ...methods, resource, subresource })),
        ]
      : [],
  );
  return {
    lookup: (group, version, name, subresource) =>
      rests.find(
        (rest) =>
          rest.resource.group === group &&
          rest.resource.version === version &&
          rest.resource.name === name &&
          (rest.subresource?.name ?? '') === subresource,
      ),
    all: () => rests,
  };
}
