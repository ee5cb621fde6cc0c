import { defineKind } from '../../kind-module.ts';
import { storageVersionMigrationTable } from './storage-version-migration-table.ts';

/** StorageVersionMigrations (Kubernetes: `pkg/registry/storagemigration/storageversionmigration`). */
export const storageVersionMigrationModule = defineKind('storagemigration.k8s.io/StorageVersionMigration', {
  table: storageVersionMigrationTable,
});
