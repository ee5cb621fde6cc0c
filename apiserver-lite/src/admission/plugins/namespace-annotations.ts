import { notFound } from '../../api-errors/status-error.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { objectFinder } from '../find-object.ts';
import type { PluginDependencies } from '../plugin.ts';

const namespaces = { group: '', resource: 'namespaces' };

/** Reads the annotations of a namespace; throws NotFound where there is none of that name. */
export function namespaceAnnotations({
  storageOf,
}: Pick<PluginDependencies, 'storageOf'>): (name: string) => Promise<DeepReadonly<Record<string, string>>> {
  const find = objectFinder(storageOf, namespaces);
  return async (name) => {
    const found = await find('', name);
    if (found === undefined) throw notFound(namespaces, name);
    return found.metadata.annotations ?? {};
  };
}
