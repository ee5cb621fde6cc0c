import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindOf } from '@pg8s/k8s-proto/scheme';
import { beginTurn, breathe } from '../../http/breathe.ts';
import { alreadyExists, conflict, isReason, type GroupResource } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import { failedPrecondition } from '../../storage/failed-precondition.ts';
import { protobufValueCodec } from '../resource-types/built-in/value-codecs.ts';
import { copyOf } from './copy-object.ts';
import type { ObjectKey, Preconditions, ResourceStorage } from '../../storage/storage.ts';

type Writes = Pick<ResourceStorage, 'create' | 'guaranteedUpdate' | 'delete'>;

/** Where a resource's objects are kept, as conflicts name their place. */
export interface KeptResource {
  resource: GroupResource;
  /** What keys of the resource begin with, `/registry/` apart. */
  keyPrefix: string;
}

/** Throws the Conflict that storage gives when the object is not the one that was meant. */
export function checkPreconditions(
  { resource, keyPrefix }: KeptResource,
  { namespace, name }: ObjectKey,
  { uid, resourceVersion }: Preconditions = {},
  { metadata }: KubeObject,
): void {
  const refuse = (field: string, wanted: string, found = '') => {
    const key = ['', keyPrefix, ...(namespace === '' ? [] : [namespace]), name].join('/');
    const cause = `${field} in precondition: ${wanted}, ${field} in object meta: ${found}`;
    return conflict(resource, name, failedPrecondition(key, cause));
  };
  if (uid !== undefined && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion);
  }
}

/**
 * What would be read again: fields in the order of their type, amounts in their one form, defaults of what
 * was filled in.
 */
async function asStored(
  object: KubeObject,
  applyDefaults: (object: KubeObject) => void,
): Promise<KubeObject> {
  if (kindOf(object.apiVersion, object.kind) === undefined) {
    const read = copyOf(object);
    applyDefaults(read);
    return read;
  }
  await breathe();
  beginTurn();
  const value = protobufValueCodec.encode(object, '');
  await breathe();
  const read = protobufValueCodec.decode(value, '');
  await breathe();
  applyDefaults(read);
  return read;
}

/** Answers as `storage` would, without writing (Kubernetes: `registry.DryRunnableStorage`). */
export function dryRunStorage(
  storage: ResourceStorage,
  kept: KeptResource,
  applyDefaults: (object: KubeObject) => void,
): Writes {
  async function find(key: ObjectKey): Promise<CachedObject | undefined> {
    try {
      return await storage.get(key, '');
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }
  return {
    async create(key, object) {
      if ((await find(key)) !== undefined) throw alreadyExists(kept.resource, key.name);
      return new CachedObject(await asStored(object, applyDefaults), 0);
    },
    async guaranteedUpdate(key, tryUpdate, options) {
      const current = options?.ignoreNotFound === true ? await find(key) : await storage.get(key, '');
      if (current !== undefined) checkPreconditions(kept, key, options?.preconditions, current.object);
      return new CachedObject(
        await asStored(await tryUpdate(current), applyDefaults),
        current?.revision ?? 0,
      );
    },
    async delete(key, options) {
      const current = await storage.get(key, '');
      checkPreconditions(kept, key, options?.preconditions, current.object);
      await options?.validate?.(current);
      return current;
    },
  };
}
