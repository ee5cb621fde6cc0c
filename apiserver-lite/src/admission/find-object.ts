import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason, type GroupResource } from '../api-errors/status-error.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { PluginDependencies } from './plugin.ts';

/** Finds an object; `namespace` is empty for cluster-scoped resources. Undefined: there is none. */
export type FindObject<T extends KubeObject = KubeObject> = (
  namespace: string,
  name: string,
) => Promise<DeepReadonly<T> | undefined>;

/**
 * Looks into the watch cache, and again into the store for what the cache does not have, as it may lag behind
 * what another server wrote. `T` is the type of the objects in their storage version; nothing checks it.
 */
export function objectFinder<T extends KubeObject>(
  storageOf: PluginDependencies['storageOf'],
  { group, resource }: GroupResource,
): FindObject<T> {
  return async (namespace, name) => {
    const storage = storageOf(group, resource);
    for (const resourceVersion of ['0', '']) {
      try {
        return (await storage.get({ namespace, name }, resourceVersion)).object as unknown as DeepReadonly<T>;
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    }
    return undefined;
  };
}
