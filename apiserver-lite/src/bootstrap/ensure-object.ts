import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason } from '../api-errors/status-error.ts';
import { applyDefaults } from '../registry/defaults/apply-defaults.ts';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import { acceptObject, type UpdateOptions } from '../registry/rest.ts';
import type { TrackServerWrite } from '../registry/server-writes.ts';
import type { StoreRequest } from '../registry/strategy.ts';

/** The apiserver itself, as the writer of what it makes. */
export function loopbackRequest(namespace: string, nowMs: number): StoreRequest {
  return {
    namespace,
    user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    dryRun: false,
    nowMs,
    warn() {},
  };
}

/** How the server updates what it writes without a request: no admission plugin is asked. */
export const internalUpdate: Pick<UpdateOptions, 'validateCreate' | 'validateUpdate'> = {
  validateCreate: acceptObject,
  validateUpdate: acceptObject,
};

/** Where something is ensured, and by which part. */
export interface Ensuring {
  store: GenericStore;
  nowMs: number;
  track: TrackServerWrite;
  /** Default: that of the server. */
  manager?: string;
}

/** Creates the object unless one of its name exists; that one stays as it is. */
export async function ensure(object: KubeObject, { store, nowMs, track, manager }: Ensuring): Promise<void> {
  const namespace = object.metadata.namespace ?? '';
  const request = loopbackRequest(namespace, nowMs);
  try {
    await store.get(request, object.metadata.name ?? '', '');
    return;
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
  try {
    applyDefaults(object);
    track({
      resource: store.resource,
      current: undefined,
      object,
      ...(manager === undefined ? {} : { manager }),
    });
    await store.create(request, object, acceptObject);
  } catch (error) {
    // Another apiserver was faster.
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}
