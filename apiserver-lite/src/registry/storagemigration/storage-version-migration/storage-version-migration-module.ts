import type { V1beta1StorageVersionMigration } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';

const storageVersionMigrationTable = tableOf<V1beta1StorageVersionMigration>([
  { ...nameColumn<V1beta1StorageVersionMigration>(), format: '' },
  column('Resource', ({ spec }) => {
    const { group, resource = '' } = spec?.resource ?? {};
    return group ? `${resource}.${group}` : resource;
  }),
  column(
    'Status',
    ({ status }) =>
      (status?.conditions ?? []).findLast(
        (condition) =>
          condition.status === 'True' && ['Running', 'Failed', 'Succeeded'].includes(condition.type),
      )?.type ?? 'Unknown',
  ),
]);

/** StorageVersionMigrations (Kubernetes: `pkg/registry/storagemigration/storageversionmigration`). */
export const storageVersionMigrationModule = defineKind('storagemigration.k8s.io/StorageVersionMigration', {
  table: storageVersionMigrationTable,
});
