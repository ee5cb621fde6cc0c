import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type GroupResource, notFound } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { DeleteOptions, Rest } from '../rest.ts';
import { ensureMeant } from './ensure-meant.ts';
import type { GenericStore } from './generic-store.ts';
import { storeRequest } from './store-rest.ts';

/** How a kind is deleted whose objects go only after a controller has emptied them. */
export interface MarkedDeletion<T extends KubeObject> {
  readonly target: GroupResource;
  /** What a deletion does with an object as it stands. */
  step(object: T): 'mark' | 'delete' | 'wait';
  /** The object as one that is to go. Does not change the one that it is given. */
  mark(object: T, options: DeleteOptions): KubeObject;
}

/**
 * Deletes the cluster-wide objects of a kind in two requests: the first one marks the object, a controller
 * empties it and takes its finalizers away, and the next one removes it (Kubernetes:
 * `registry/core/namespace/storage`, `registry/customresourcedefinition/etcd.go`).
 */
export function markedDelete<T extends KubeObject>(
  store: GenericStore,
  clock: () => number,
  { target, step, mark }: MarkedDeletion<T>,
): NonNullable<Rest['delete']> {
  return async (context, name, options) => {
    const key = { namespace: '', name };
    const found = await store.storage.get(key, '');
    ensureMeant(target, found.object.metadata, options.preconditions);
    const { uid } = found.object.metadata;
    const preconditions = { ...options.preconditions, ...(uid === undefined ? {} : { uid }) };
    const next = step(found.object as T);
    if (next === 'wait') return { object: found, immediate: false };
    if (next === 'delete') {
      return store.delete(storeRequest(context, clock, options.dryRun), name, { ...options, preconditions });
    }
    const validMark = async (object: KubeObject) => {
      await options.validate(object);
      return mark(object as T, options);
    };
    if (options.dryRun) {
      return { object: new CachedObject(await validMark(found.object), found.revision), immediate: false };
    }
    const object = await store.storage.guaranteedUpdate(
      key,
      (current) => {
        if (current === undefined) throw notFound(target, name);
        return validMark(current.object);
      },
      { preconditions },
    );
    return { object, immediate: false };
  };
}
