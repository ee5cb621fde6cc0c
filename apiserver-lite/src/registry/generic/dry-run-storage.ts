import type { KubeObject } from '@pg8s/k8s-proto/object';
import { kindOf } from '@pg8s/k8s-proto/scheme';
import { alreadyExists, conflict, isReason, type GroupResource } from '../../server/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import { protobufValueCodec } from '../../storage/value-codec.ts';
import type { ObjectKey, Preconditions, ResourceStorage } from '../../storage/storage.ts';

type Writes = Pick<ResourceStorage, 'create' | 'guaranteedUpdate' | 'delete'>;

/** Throws the Conflict that storage gives when the object is not the one that was meant. */
export function checkPreconditions(
  resource: GroupResource,
  name: string,
  preconditions: Preconditions | undefined,
  { metadata }: KubeObject,
): void {
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${metadata.uid ?? ''}`,
    );
  }
  const wanted = preconditions?.resourceVersion;
  if (wanted !== undefined && wanted !== metadata.resourceVersion) {
    throw conflict(
      resource,
      name,
      `Precondition failed: ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${metadata.resourceVersion ?? ''}`,
    );
  }
}

/** What would be read again: fields in the order of their type, amounts in their one form. */
function asStored(object: KubeObject): KubeObject {
  if (kindOf(object.apiVersion, object.kind) === undefined) return object;
  return protobufValueCodec.decode(protobufValueCodec.encode(object, ''), '');
}

/** Answers as `storage` would, without writing (Kubernetes: `registry.DryRunnableStorage`). */
export function dryRunStorage(storage: ResourceStorage, resource: GroupResource): Writes {
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
      if ((await find(key)) !== undefined) throw alreadyExists(resource, key.name);
      return new CachedObject(asStored(object), 0);
    },
    async guaranteedUpdate(key, tryUpdate, options) {
      const current = options?.ignoreNotFound === true ? await find(key) : await storage.get(key, '');
      if (current !== undefined)
        checkPreconditions(resource, key.name, options?.preconditions, current.object);
      return new CachedObject(asStored(await tryUpdate(current)), current?.revision ?? 0);
    },
    async delete(key, options) {
      const current = await storage.get(key, '');
      checkPreconditions(resource, key.name, options?.preconditions, current.object);
      await options?.validate?.(current);
      return current;
    },
  };
}
