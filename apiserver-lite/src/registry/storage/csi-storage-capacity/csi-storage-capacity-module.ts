import { defineKind } from '../../kind-module.ts';
import { capacityWarnings } from '../../pod-template/scheduling/topology-warnings.ts';
import { defaultTable } from '../../table/default-table.ts';
import { validateStorageCapacity, validateStorageCapacityUpdate } from './csi-storage-capacity-validation.ts';

/** CSIStorageCapacities (Kubernetes: `pkg/registry/storage/csistoragecapacity`). */
export const csiStorageCapacityModule = defineKind('storage.k8s.io/CSIStorageCapacity', {
  strategy: {
    allowUnconditionalUpdate: false,
    validate: validateStorageCapacity,
    validateUpdate: validateStorageCapacityUpdate,
    warnings: capacityWarnings,
  },
  table: defaultTable,
});
