import type { V1PersistentVolumeClaim, V1StorageClass } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { compareQuantities, parseQuantity, type Quantity } from '@pg8s/k8s-proto/quantity';
import { admissionForbidden, concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { claimClass } from './claim-class.ts';

function requestedStorage({ spec }: V1PersistentVolumeClaim): Quantity {
  return parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
}

/**
 * Only bound claims grow, and only where their class lets them (Kubernetes:
 * `plugin/pkg/admission/storage/persistentvolume/resize`).
 */
export function persistentVolumeClaimResize({
  storageOf,
}: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder<V1StorageClass & KubeObject>(storageOf, {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
  });

  async function mayGrow(after: V1PersistentVolumeClaim, before: V1PersistentVolumeClaim): Promise<boolean> {
    const name = claimClass(after);
    if (name === undefined || name === '' || name !== claimClass(before)) return false;
    return (await find('', name))?.allowVolumeExpansion === true;
  }

  return {
    operations: ['UPDATE'],
    async validate(attributes) {
      if (!concerns(attributes, '', 'persistentvolumeclaims')) return;
      const after = attributes.object as unknown as V1PersistentVolumeClaim;
      const before = attributes.oldObject as unknown as V1PersistentVolumeClaim;
      if (compareQuantities(requestedStorage(after), requestedStorage(before)) <= 0) return;
      if (before.status?.phase !== 'Bound')
        throw admissionForbidden(attributes, 'Only bound persistent volume claims can be expanded');
      if (await mayGrow(after, before)) return;
      throw admissionForbidden(
        attributes,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    },
  };
}
