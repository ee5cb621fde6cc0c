import type { V1VolumeAttachment } from '@pg8s/k8s-proto/generated/models';
import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from './attachment-validation.ts';

const volumeAttachmentTable = tableOf<V1VolumeAttachment>([
  nameColumn(),
  column('Attacher', ({ spec }) => spec.attacher, { format: 'name' }),
  column('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('Node', ({ spec }) => spec.nodeName),
  column('Attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
  ageColumn(),
]);

/** VolumeAttachments (Kubernetes: `pkg/registry/storage/volumeattachment`). */
export const volumeAttachmentModule = defineKind('storage.k8s.io/VolumeAttachment', {
  strategy: {
    allowUnconditionalUpdate: false,
    emptyStatus: { attached: false },
    metadataChecksOnUpdate: ['whole'],
    validate: validateVolumeAttachment,
    validateUpdate: validateVolumeAttachmentUpdate,
  },
  status: {
    keepMetadata: writableMetadata,
    validateUpdate: validateVolumeAttachmentStatus,
  },
  table: volumeAttachmentTable,
  returnsDeletedObject: true,
});
