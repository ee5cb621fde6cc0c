import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { accessModes, storageClassName } from '../persistent-volume/volume-columns.ts';

const wide = { priority: 1 };

export const persistentVolumeClaimTable = tableOf<V1PersistentVolumeClaim>([
  nameColumn(),
  column('Status', ({ status, metadata }) =>
    metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Volume', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '')),
  column('Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModes(status?.accessModes) : '')),
  column('StorageClass', storageClassName),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  ageColumn(),
  column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', wide),
]);
