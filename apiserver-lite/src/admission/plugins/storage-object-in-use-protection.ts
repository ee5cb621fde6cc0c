import { groupResourceName } from '../../api-errors/status-error.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { AdmissionPlugin } from '../plugin.ts';

/** What is protected, and by which finalizer. */
const finalizers: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};

/**
 * Gives new volumes, claims and their classes a finalizer, which a controller takes away when nobody uses
 * them (Kubernetes: `plugin/pkg/admission/storage/storageobjectinuseprotection`).
 */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    operations: ['CREATE'],
    admit({ resource, subresource, object }) {
      if (subresource !== '' || object === undefined) return;
      const finalizer = ownValue(finalizers, groupResourceName(resource));
      const { metadata } = object;
      if (finalizer === undefined || metadata.finalizers?.includes(finalizer) === true) return;
      metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
    },
  };
}
