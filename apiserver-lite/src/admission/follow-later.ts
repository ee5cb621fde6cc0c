import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { GroupResource } from '../api-errors/status-error.ts';
import type { Clock } from '../storage/clock.ts';
import type { FollowedResource, SharedInformers } from '../storage/follow/shared-informers.ts';
import { admissionForbidden, type AdmissionAttributes } from './attributes.ts';

/** What the followed objects of plugins come from. */
export interface FollowDependencies {
  /** One informer for each resource, shared with the rest of the server. */
  informers: SharedInformers;
  clock: Clock;
}

/** kube-apiserver waits so long for the caches of a plugin (Kubernetes: `admission.Handler`). */
const patienceMs = 10_000;

/**
 * Follows a resource from the first call of the result on, because building a server reads nothing. `prepare`
 * makes what the plugin looks into, such as an index. The call resolves when all that exists is in it, and
 * throws the 403 of a plugin that is not ready where that takes more than ten seconds.
 */
export function followLater<T extends KubeObject, View>(
  { informers, clock }: FollowDependencies,
  resource: GroupResource,
  prepare: (followed: FollowedResource<T>) => View,
): (attributes: AdmissionAttributes) => View | Promise<View> {
  let following: { followed: FollowedResource<T>; view: View } | undefined;
  return (attributes) => {
    if (following === undefined) {
      const followed = informers.follow<T>(resource);
      following = { followed, view: prepare(followed) };
    }
    const { followed, view } = following;
    return followed.hasSynced ? view : synced(followed.synced, clock, attributes).then(() => view);
  };
}

async function synced(filled: Promise<void>, clock: Clock, attributes: AdmissionAttributes): Promise<void> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(patienceMs, () =>
    late.reject(admissionForbidden(attributes, 'not yet ready to handle request')),
  );
  try {
    await Promise.race([filled, late.promise]);
  } finally {
    cancel();
  }
}
