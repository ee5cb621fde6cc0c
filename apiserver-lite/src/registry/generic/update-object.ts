import { objectResourceVersion } from '../../storage/resource-version.ts';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { beginTurn, breathe } from '../../http/breathe.ts';
import { conflict, invalid, notFound, objectModified } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { UpdateOptions, UpdateResult } from '../rest.ts';
import type { Finish, StoreRequest } from '../strategy.ts';
import { ensureNamespace } from './before-create.ts';
import { beforeUpdate } from './before-update.ts';
import { copyOf } from './copy-object.ts';
import { prepareNew } from './create-object.ts';
import { deleteWithoutFinalizers } from './delete-object.ts';
import { keepOwnershipTimes } from './ownership-times.ts';
import { nothingBegun, type StoreContext } from './store-context.ts';

/**
 * Makes the wanted object from the current one; never changes the current one. One that is to be created is
 * nobody else's.
 */
export type Transform = (current: KubeObject | undefined) => Promise<KubeObject> | KubeObject;

/** What is to be updated, and how. */
export interface ObjectUpdate {
  name: string;
  transform: Transform;
  options: Omit<UpdateOptions, 'dryRun'>;
}

/** Ends an update attempt: the object has lost its last finalizer, and the write becomes its deletion. */
class EmptiedFinalizers extends Error {
  readonly object: KubeObject;

  constructor(object: KubeObject) {
    super('the last finalizer is gone');
    this.object = object;
  }
}

/**
 * The transform sees the current object, with which what it returns may share parts: that is copied before
 * anything changes it.
 */
export async function updateObject(
  context: StoreContext,
  request: StoreRequest,
  { name, transform, options }: ObjectUpdate,
): Promise<UpdateResult> {
  const { strategy } = context;
  const key = context.keyOf(request, name);
  let finish: Finish = nothingBegun;
  let created = false;
  let succeeded = false;
  const tryUpdate = async (current: CachedObject | undefined): Promise<KubeObject> => {
    await finish(false);
    finish = nothingBegun;
    created = current === undefined;
    if (current === undefined) {
      if (!strategy.allowCreateOnUpdate && options.forceAllowCreate !== true) {
        throw notFound(context.target, name);
      }
      const object = await transform(undefined);
      ensureNamespace(strategy, object, context.namespaceOf(request));
      finish = await prepareNew(context, request, { object, validate: options.validateCreate });
      delete object.metadata.resourceVersion;
      return object;
    }
    const old = current.object;
    const wanted = await transform(old);
    await breathe();
    const object = copyOf(wanted);
    await breathe();
    beginTurn();
    checkVersion(context, name, { object, current });
    finish = (await strategy.beginUpdate?.(object, old, request)) ?? nothingBegun;
    beginTurn();
    await beforeUpdate(strategy, object, old, request);
    await breathe();
    // Not stored; a dry run answers with it.
    if (!request.dryRun) delete (object.metadata as { selfLink?: string }).selfLink;
    keepOwnershipTimes(object, old);
    await breathe();
    await options.validateUpdate(object, old);
    if (shouldDeleteDuringUpdate(context, object, old)) throw new EmptiedFinalizers(object);
    return object;
  };
  try {
    const object = await context.writesOf(request).guaranteedUpdate(key, tryUpdate, {
      ignoreNotFound: true,
      ...(options.preconditions === undefined ? {} : { preconditions: options.preconditions }),
      ...(strategy.ttlSeconds === undefined ? {} : { ttlSeconds: strategy.ttlSeconds }),
    });
    succeeded = true;
    return { object, created };
  } catch (error) {
    if (error instanceof EmptiedFinalizers) {
      const object = await deleteWithoutFinalizers(context, request, name, error.object);
      succeeded = true;
      return { object, created: false };
    }
    throw error;
  } finally {
    await finish(succeeded && !request.dryRun);
  }
}

function checkVersion(
  { target, options, strategy }: StoreContext,
  name: string,
  { object, current }: { object: KubeObject; current: CachedObject },
): void {
  const stored = String(current.revision);
  const wanted = objectResourceVersion(object.metadata.resourceVersion);
  if (wanted === 0n) {
    if (!strategy.allowUnconditionalUpdate) {
      throw invalid({ group: options.resource.group, kind: options.resource.name }, name, [
        {
          field: 'metadata.resourceVersion',
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0: must be specified for an update',
        },
      ]);
    }
    object.metadata.resourceVersion = stored;
    return;
  }
  if (wanted !== BigInt(current.revision)) throw conflict(target, name, objectModified);
}

function shouldDeleteDuringUpdate({ strategy }: StoreContext, object: KubeObject, old: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return false;
  if (strategy.shouldDeleteDuringUpdate !== undefined) {
    return strategy.shouldDeleteDuringUpdate(object, old);
  }
  return old.metadata.deletionTimestamp !== undefined && !old.metadata.deletionGracePeriodSeconds;
}
