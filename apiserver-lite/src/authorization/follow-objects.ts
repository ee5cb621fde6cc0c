import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupResource } from '../api-errors/status-error.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';
import type { SharedInformers } from '../storage/follow/shared-informers.ts';

/** What an authorizer reads, kept object by object. */
export interface AuthorizationIndex<Resource extends string> {
  set(resource: Resource, object: DeepReadonly<KubeObject>): void;
  delete(resource: Resource, object: DeepReadonly<KubeObject>): void;
}

export interface FollowOptions<Resource extends string> {
  informers: SharedInformers;
  resources: readonly (GroupResource & { resource: Resource })[];
  index: AuthorizationIndex<Resource>;
}

/**
 * Keeps the index equal to the stored objects, until the informers are closed. Resolves when everything that
 * exists is in it; rejects when the informers are closed before.
 */
export async function followObjects<Resource extends string>({
  informers,
  resources,
  index,
}: FollowOptions<Resource>): Promise<void> {
  const registrations = resources.map(({ group, resource }) =>
    informers.follow({ group, resource }).addHandler({
      add: (object) => index.set(resource, object),
      update: (object) => index.set(resource, object),
      delete: (object) => index.delete(resource, object),
    }),
  );
  await Promise.all(registrations.map(({ synced }) => synced));
}
