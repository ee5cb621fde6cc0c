import { defineKind } from '../../kind-module.ts';
import { csiNodeTable } from './csi-node-table.ts';
import { validateCsiNode, validateCsiNodeUpdate } from './csi-node-validation.ts';

/** CSINodes (Kubernetes: `pkg/registry/storage/csinode`). */
export const csiNodeModule = defineKind('storage.k8s.io/CSINode', {
  strategy: {
    allowUnconditionalUpdate: false,
    metadataChecksOnUpdate: ['whole'],
    validate: validateCsiNode,
    validateUpdate: validateCsiNodeUpdate,
  },
  table: csiNodeTable,
  returnsDeletedObject: true,
});
