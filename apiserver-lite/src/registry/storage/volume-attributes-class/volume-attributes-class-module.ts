import { defineKind } from '../../kind-module.ts';
import { volumeAttributesClassTable } from './volume-attributes-class-table.ts';
import {
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from './volume-attributes-class-validation.ts';

/** VolumeAttributesClasses (Kubernetes: `pkg/registry/storage/volumeattributesclass`). */
export const volumeAttributesClassModule = defineKind('storage.k8s.io/VolumeAttributesClass', {
  strategy: { validate: validateVolumeAttributesClass, validateUpdate: validateVolumeAttributesClassUpdate },
  table: volumeAttributesClassTable,
  returnsDeletedObject: true,
});
