import type { V1StorageClass } from '@pg8s/k8s-proto/generated/models';
import { fill } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { storageClassWarnings } from '../../pod-template/scheduling/topology-warnings.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage-class-validation.ts';

/** Fills the defaults of a StorageClass (Kubernetes: `apis/storage/v1/defaults.go`). */
function defaultStorageClass(object: V1StorageClass): void {
  fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
}

const storageClassTable = tableOf<V1StorageClass>([
  nameColumn(({ metadata }) =>
    ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
      (annotation) => metadata?.annotations?.[annotation] === 'true',
    ),
  ),
  column('Provisioner', ({ provisioner }) => provisioner),
  column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
  column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
  column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
  ageColumn(),
]);

/** StorageClasses (Kubernetes: `pkg/registry/storage/storageclass`). */
export const storageClassModule = defineKind('storage.k8s.io/StorageClass', {
  strategy: {
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    warnings: storageClassWarnings,
  },
  table: storageClassTable,
  defaults: { v1: defaultStorageClass },
  returnsDeletedObject: true,
});
