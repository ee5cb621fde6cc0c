import { isEmptySelector, type LabelSelector, matchesSelector } from '../../selectors/label-selector.ts';
import type { ReadonlyStore } from '../cache/store.ts';
import type { ApiObject } from '../client/api-object.ts';
import type { Resource } from '../client/resource.ts';
import { controllerOf, refersTo } from './controller-ref.ts';

/** An object whose controller selects others by their labels: a ReplicaSet, a Deployment. */
export type SelectingOwner = ApiObject & { spec?: { selector?: LabelSelector } };

/**
 * The owner that controls an object; undefined where it is of another kind, gone, or replaced by one of its
 * name.
 */
export function ownerIn<Owner extends ApiObject>(
  owners: { resource: Resource<Owner>; store: ReadonlyStore<Owner> },
  object: ApiObject,
): Owner | undefined {
  const reference = controllerOf(object);
  if (!reference || !refersTo(reference, owners.resource)) return undefined;
  const owner = owners.store.get(`${object.metadata.namespace}/${reference.name}`);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** The owners that may adopt an object which has no controller: those of its namespace that select it. */
export function adoptersIn<Owner extends SelectingOwner>(
  owners: { store: ReadonlyStore<Owner> },
  object: ApiObject,
): Owner[] {
  return owners.store.inNamespace(object.metadata.namespace ?? '').filter(({ spec }) => {
    const selector = spec?.selector;
    return !isEmptySelector(selector) && matchesSelector(selector, object.metadata.labels);
  });
}

/** The objects in a cache that an owner controls. */
export function controlledBy<T extends ApiObject>(store: ReadonlyStore<T>, owner: ApiObject): T[] {
  const { uid = '' } = owner.metadata;
  return store.ownedBy(uid).filter((object) => controllerOf(object)?.uid === uid);
}
