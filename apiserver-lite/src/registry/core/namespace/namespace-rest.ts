import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import { notFound } from '../../../api-errors/status-error.ts';
import { deletionFinalizers } from '../../generic/deletion-finalizers.ts';
import { ensureMeant } from '../../generic/ensure-meant.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { storeRequest } from '../../generic/store-rest.ts';
import { timestamp } from '../../generic/timestamp.ts';
import type { Rest } from '../../rest.ts';
import { CachedObject } from '../../../storage/cached-object.ts';
import { namespaceFinalizers, terminating } from './namespace-finalizers.ts';

const target = { group: '', resource: 'namespaces' };

/**
 * Deletes a namespace in two phases (Kubernetes: `registry/core/namespace/storage`): the first request marks
 * it Terminating, the namespace controller empties it and finalizes it, and only then does it go.
 */
export function namespaceDelete(store: GenericStore, clock: () => number): NonNullable<Rest['delete']> {
  return async (context, name, options) => {
    const request = storeRequest(context, clock, options.dryRun);
    const key = { namespace: '', name };
    const found = await store.storage.get(key, '');
    ensureMeant(target, found.object.metadata, options.preconditions);
    const { uid, deletionTimestamp } = found.object.metadata;
    const preconditions = { ...options.preconditions, ...(uid === undefined ? {} : { uid }) };
    if (deletionTimestamp === undefined) {
      const mark = async (object: V1Namespace) => {
        await options.validate(object);
        return terminating(
          object,
          deletionFinalizers(object, 'DeleteDependents', options),
          timestamp(clock()),
        );
      };
      if (options.dryRun) {
        return { object: new CachedObject(await mark(found.object), found.revision), immediate: false };
      }
      const object = await store.storage.guaranteedUpdate(
        key,
        (current) => {
          if (current === undefined) throw notFound(target, name);
          return mark(current.object);
        },
        { preconditions },
      );
      return { object, immediate: false };
    }
    if (namespaceFinalizers(found.object).length > 0) return { object: found, immediate: false };
    return store.delete(request, name, { ...options, preconditions });
  };
}
