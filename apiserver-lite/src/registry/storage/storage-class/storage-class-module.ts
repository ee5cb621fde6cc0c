import { defineKind } from '../../kind-module.ts';
import { storageClassWarnings } from '../../pod-template/scheduling/topology-warnings.ts';
import { defaultStorageClass } from './storage-class-defaults.ts';
import { storageClassTable } from './storage-class-table.ts';
import { validateStorageClass, validateStorageClassUpdate } from './storage-class-validation.ts';

/** StorageClasses (Kubernetes: `pkg/registry/storage/storageclass`). */
export const storageClassModule = defineKind('storage.k8s.io/StorageClass', {
  strategy: {
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    warnings: storageClassWarnings,
  },
  table: storageClassTable,
  defaults: { v1: defaultStorageClass },
  returnsDeletedObject: true,
  gaps: 'the default class is not filled in',
});
