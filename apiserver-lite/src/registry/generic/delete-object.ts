import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason, notFound } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { Preconditions } from '../../storage/storage.ts';
import type { DeleteResult, ValidatedDelete } from '../rest.ts';
import type { StoreRequest } from '../strategy.ts';
import { beforeDelete, markAsDeleting } from './before-delete.ts';
import { copyOf } from './copy-object.ts';
import { deletionFinalizers } from './deletion-finalizers.ts';
import type { StoreContext } from './store-context.ts';

/**
 * Ends a deletion step that has nothing to write: a graceful deletion is under way, or nothing holds the
 * object.
 */
class NothingToMark extends Error {
  readonly object: CachedObject;
  readonly deleteNow: boolean;

  constructor(object: CachedObject, deleteNow: boolean) {
    super(deleteNow ? 'nothing holds the object' : 'the object is being deleted already');
    this.object = object;
    this.deleteNow = deleteNow;
  }
}

/** Deletes at once what nothing holds, and marks the rest for deletion. */
export async function deleteObject(
  context: StoreContext,
  request: StoreRequest,
  name: string,
  options: ValidatedDelete,
): Promise<DeleteResult> {
  const { strategy } = context;
  const key = context.keyOf(request, name);
  const found = await context.storage.get(key, '');
  const nowMs = request.nowMs;
  const probe = copyOf(found.object);
  const grace = beforeDelete({ strategy, object: probe, options, nowMs });
  if (grace === 'pending') return { object: found, immediate: false };
  const inSteps =
    grace === 'graceful' ||
    (probe.metadata.finalizers ?? []).length > 0 ||
    deletionFinalizers(probe, strategy.garbageCollection, options) !== undefined;
  let preconditions: Preconditions = options.preconditions ?? {};
  let last: CachedObject | undefined;
  if (inSteps) {
    const step = await markForDeletion(context, request, name, options);
    if (!step.deleteNow) return { object: step.object, immediate: false };
    last = step.object;
    // A dry run has written nothing: what the store holds is not yet marked.
    if (request.dryRun) return { object: last, immediate: true };
    if (preconditions.resourceVersion !== undefined) {
      preconditions = { ...preconditions, resourceVersion: String(last.revision) };
    }
  }
  try {
    const object = await context.writesOf(request).delete(key, {
      preconditions,
      validate: ({ object }) => options.validate(object),
    });
    if (!request.dryRun) await strategy.afterDelete?.(object.object);
    return { object, immediate: true };
  } catch (error) {
    // Somebody who watched the grace period end may have been faster.
    if (last !== undefined && isReason(error, 'NotFound')) return { object: last, immediate: true };
    throw error;
  }
}

async function markForDeletion(
  context: StoreContext,
  request: StoreRequest,
  name: string,
  options: ValidatedDelete,
): Promise<{ object: CachedObject; deleteNow: boolean }> {
  const { strategy, target } = context;
  let pendingFinalizers = false;
  let graceSeconds = 0;
  try {
    const object = await context.writesOf(request).guaranteedUpdate(
      context.keyOf(request, name),
      async (current) => {
        if (current === undefined) throw notFound(target, name);
        await options.validate(current.object);
        const next = copyOf(current.object);
        const nowMs = request.nowMs;
        const grace = beforeDelete({ strategy, object: next, options, nowMs });
        if (grace === 'pending') throw new NothingToMark(current, false);
        const finalizers = deletionFinalizers(next, strategy.garbageCollection, options);
        if (finalizers !== undefined) next.metadata.finalizers = finalizers;
        pendingFinalizers = (next.metadata.finalizers ?? []).length > 0;
        if (!pendingFinalizers) {
          if (grace === 'none') throw new NothingToMark(current, true);
          delete next.metadata.finalizers;
        }
        graceSeconds = 0;
        if (grace === 'graceful') graceSeconds = next.metadata.deletionGracePeriodSeconds ?? 0;
        else markAsDeleting(next, nowMs);
        return next;
      },
      options.preconditions === undefined ? {} : { preconditions: options.preconditions },
    );
    return { object, deleteNow: !pendingFinalizers && graceSeconds === 0 };
  } catch (error) {
    if (error instanceof NothingToMark) return error;
    throw error;
  }
}

/** Deletes what an update has freed of its last finalizer; `object` is what the update would have written. */
export async function deleteWithoutFinalizers(
  context: StoreContext,
  request: StoreRequest,
  name: string,
  object: KubeObject,
): Promise<CachedObject> {
  const { uid } = object.metadata;
  const preconditions = uid === undefined ? {} : { uid };
  try {
    const gone = await context.writesOf(request).delete(context.keyOf(request, name), {
      preconditions,
    });
    if (!request.dryRun) await context.strategy.afterDelete?.(gone.object);
    return new CachedObject(
      { ...object, metadata: { ...object.metadata, resourceVersion: String(gone.revision) } },
      gone.revision,
    );
  } catch (error) {
    // The purpose of the update was the deletion, and the object is gone.
    if (isReason(error, 'NotFound')) return new CachedObject(object, 0);
    throw error;
  }
}
