import type { OwnerReference } from '@pg8s/k8s-proto/object';
import type { ApiObject } from '../client/api-object.ts';
import { isInvalid, isNotFound } from '../client/api-error.ts';
import type { Client } from '../client/client.ts';
import { type LabelSelector, matchesSelector } from '../../selectors/label-selector.ts';
import { apiVersionOf, type Resource } from '../client/resource.ts';

/** The one owner that manages an object. */
export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The reference that makes `owner` the controller of an object. */
export function controllerRefTo(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Whether a reference's kind and group are those of a resource's objects, whatever the version. */
export function refersTo(reference: OwnerReference, resource: Resource): boolean {
  const group = reference.apiVersion.includes('/') ? reference.apiVersion.split('/')[0] : '';
  return reference.kind === resource.kind && group === resource.group;
}

/** What a controller does about one object that it may own. */
export type Claim = 'keep' | 'adopt' | 'release' | 'ignore';

/**
 * Decides who owns an object (client-go: `controller.BaseControllerRefManager`): what we own and select we
 * keep, what we own and no longer select we release, an orphan that we select we adopt. An owner that is
 * being deleted does not adopt, and an object that is being deleted is not adopted.
 */
export function decideClaim(
  owner: ApiObject,
  selector: LabelSelector | undefined,
  object: ApiObject,
  matchesAlso: (object: ApiObject) => boolean = () => true,
): Claim {
  const reference = controllerOf(object);
  const selected = matchesSelector(selector, object.metadata.labels) && matchesAlso(object);
  if (reference) {
    if (reference.uid !== owner.metadata.uid) return 'ignore';
    if (selected) return 'keep';
    return owner.metadata.deletionTimestamp ? 'ignore' : 'release';
  }
  if (owner.metadata.deletionTimestamp || !selected) return 'ignore';
  if (object.metadata.deletionTimestamp) return 'ignore';
  if (owner.metadata.namespace && owner.metadata.namespace !== object.metadata.namespace) return 'ignore';
  return 'adopt';
}

export interface ClaimRequest<T extends ApiObject> {
  client: Client;
  ownerResource: Resource;
  owner: ApiObject;
  selector: LabelSelector | undefined;
  resource: Resource<T>;
  candidates: readonly T[];
}

/** Adopts and releases among the candidates; returns those that the owner has afterwards. */
export async function claimObjects<T extends ApiObject>(request: ClaimRequest<T>): Promise<T[]> {
  const { client, owner, ownerResource, resource, selector } = request;
  let mayAdopt: Promise<void> | undefined;

  // The cache may not know yet that the owner is being deleted, or was replaced; ask once, before the first
  // adoption.
  async function checkOwner(): Promise<void> {
    const { namespace, name = '', uid } = owner.metadata;
    const live = await client.get(ownerResource, { namespace, name });
    if (live.metadata.uid !== uid)
      throw new Error(
        `original ${owner.kind} ${namespace}/${name} is gone: got uid ${live.metadata.uid}, wanted ${uid}`,
      );
    if (live.metadata.deletionTimestamp)
      throw new Error(`${namespace}/${name} has just been deleted at ${live.metadata.deletionTimestamp}`);
  }

  async function adopt(object: T): Promise<T | undefined> {
    mayAdopt ??= checkOwner();
    await mayAdopt;
    try {
      return await client.patch(resource, {
        ...refOf(object),
        type: 'strategic',
        body: { metadata: { ownerReferences: [controllerRefTo(owner)], uid: object.metadata.uid } },
      });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async function release(object: T): Promise<void> {
    try {
      await client.patch(resource, {
        ...refOf(object),
        type: 'strategic',
        body: {
          metadata: {
            ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }],
            uid: object.metadata.uid,
          },
        },
      });
    } catch (error) {
      // It is gone, or was replaced by another object, or has no such reference any more.
      if (!isNotFound(error) && !isInvalid(error)) throw error;
    }
  }

  const claimed: T[] = [];
  for (const object of request.candidates) {
    const claim = decideClaim(owner, selector, object);
    if (claim === 'keep') claimed.push(object);
    else if (claim === 'release') await release(object);
    else if (claim === 'adopt') {
      const adopted = await adopt(object);
      // The answer may lack kind and apiVersion: they are the resource's.
      if (adopted) claimed.push({ ...adopted, kind: resource.kind, apiVersion: apiVersionOf(resource) });
    }
  }
  return claimed;
}

function refOf(object: ApiObject): { namespace: string | undefined; name: string } {
  return { namespace: object.metadata.namespace, name: object.metadata.name ?? '' };
}
