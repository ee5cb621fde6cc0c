import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason } from '../../server/status-error.ts';
import { applyDefaults } from '../defaults/apply-defaults.ts';
import type { GenericStore } from '../generic/generic-store.ts';
import type { StoreRequest } from '../strategy.ts';

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

/** Creates the object unless one of its name exists; that one stays as it is. */
export async function ensure(store: GenericStore, object: KubeObject, nowMs: number): Promise<void> {
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
    await store.create(request, object);
  } catch (error) {
    // Another apiserver was faster.
    if (!isReason(error, 'AlreadyExists')) throw error;
  }
}
