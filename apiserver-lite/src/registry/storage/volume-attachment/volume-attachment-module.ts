import { writableMetadata } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from './attachment-validation.ts';
import { volumeAttachmentTable } from './volume-attachment-table.ts';

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
