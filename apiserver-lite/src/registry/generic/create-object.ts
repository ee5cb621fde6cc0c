import type { KubeObject } from '@pg8s/k8s-proto/object';
import { beginTurn, breathe } from '../../http/breathe.ts';
import { alreadyExists, isReason, StatusError } from '../../api-errors/status-error.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { ValidateObject } from '../rest.ts';
import type { Finish, StoreRequest } from '../strategy.ts';
import { beforeCreate, ensureNamespace, fillSystemFields } from './before-create.ts';
import { copyOf } from './copy-object.ts';
import { generatedName } from './generated-name.ts';
import { nothingBegun, type StoreContext } from './store-context.ts';

const nameGenerationAttempts = 8;

/** An object to create, and the admission that validates it just before it is stored. */
export interface NewObject {
  object: KubeObject;
  validate: ValidateObject;
}

/** Takes over the object. A generated name that is taken is drawn again, up to eight times (KEP-4420). */
export async function createObject(
  context: StoreContext,
  request: StoreRequest,
  { object, validate }: NewObject,
): Promise<CachedObject> {
  ensureNamespace(context.strategy, object, context.namespaceOf(request));
  const generated = !object.metadata.name && !!object.metadata.generateName;
  if (!generated) return createOnce(context, request, { object, validate });
  for (let attempt = 1; ; attempt++) {
    try {
      return await createOnce(context, request, { object: copyOf(object), validate });
    } catch (error) {
      if (!isReason(error, 'AlreadyExists') || attempt === nameGenerationAttempts) throw error;
    }
  }
}

/** Everything that makes a decoded object a storable new one. */
export async function prepareNew(
  context: StoreContext,
  request: StoreRequest,
  { object, validate }: NewObject,
): Promise<Finish> {
  const { strategy } = context;
  const { metadata } = object;
  fillSystemFields(object, request.nowMs);
  if (!metadata.name && metadata.generateName) {
    metadata.name =
      strategy.generatesNames === false
        ? metadata.generateName
        : generatedName(metadata.generateName, context.options.random);
  }
  const finish = (await strategy.beginCreate?.(object, request)) ?? nothingBegun;
  try {
    beginTurn();
    await beforeCreate(strategy, object, request);
    await breathe();
    await validate(object);
    return finish;
  } catch (error) {
    await finish(false);
    throw error;
  }
}

async function createOnce(
  context: StoreContext,
  request: StoreRequest,
  { object, validate }: NewObject,
): Promise<CachedObject> {
  const finish = await prepareNew(context, request, { object, validate });
  // A dry run answers with what it was given.
  if (!request.dryRun) {
    const { resourceVersion = '' } = object.metadata;
    if (/^\d+$/.test(resourceVersion) && !/^0+$/.test(resourceVersion)) {
      await finish(false);
      throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created');
    }
    delete object.metadata.resourceVersion;
  }
  const key = context.keyOf(request, object.metadata.name ?? '');
  const { ttlSeconds } = context.strategy;
  let succeeded = false;
  try {
    const created = await context
      .writesOf(request)
      .create(key, object, ttlSeconds === undefined ? {} : { ttlSeconds });
    succeeded = true;
    return created;
  } catch (error) {
    throw await explainTaken(context, request, object, error);
  } finally {
    await finish(succeeded && !request.dryRun);
  }
}

/** Why a name is taken: by a generated name's bad luck, or by an object on its way out. */
async function explainTaken(
  context: StoreContext,
  request: StoreRequest,
  object: KubeObject,
  error: unknown,
): Promise<unknown> {
  if (!isReason(error, 'AlreadyExists')) return error;
  const name = object.metadata.name ?? '';
  let taken: StatusError = error;
  if (object.metadata.generateName) {
    const plain = alreadyExists(context.target, name);
    taken = new StatusError(
      409,
      'AlreadyExists',
      `${plain.message}, the server was not able to generate a unique name for the object`,
      { ...plain.status.details, retryAfterSeconds: 1 },
    );
  }
  try {
    const existing = await context.storage.get(context.keyOf(request, name), '');
    if (existing.object.metadata.deletionTimestamp !== undefined) {
      taken.status.message = `object is being deleted: ${taken.status.message ?? ''}`;
    }
  } catch (missing) {
    if (!isReason(missing, 'NotFound')) throw missing;
  }
  return taken;
}
