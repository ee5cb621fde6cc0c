import type { V1CSINode } from '@pg8s/k8s-proto/generated/models';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateCsiNode, validateCsiNodeUpdate } from './csi-node-validation.ts';

const integer = { type: 'integer' as const };

const csiNodeTable = tableOf<V1CSINode>([
  nameColumn(),
  column('Drivers', ({ spec }) => (spec.drivers ?? []).length, integer),
  ageColumn(),
]);

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
