import { defineKind } from '../../kind-module.ts';
import { storageVersionTable } from './storage-version-table.ts';

/** StorageVersions (Kubernetes: `pkg/registry/internal/storageversion`). */
export const storageVersionModule = defineKind('internal.apiserver.k8s.io/StorageVersion', {
  table: storageVersionTable,
});
