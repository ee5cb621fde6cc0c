import type { KubeObject } from '@pg8s/k8s-proto/object';
import { timestamp } from '../../generic/timestamp.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultPersistentVolume } from './persistent-volume-defaults.ts';
import { stampPhase } from './persistent-volume-status.ts';
import { persistentVolumeTable } from './persistent-volume-table.ts';
import { persistentVolumeWarnings } from './persistent-volume-warnings.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './volume-validation.ts';

const noObject: KubeObject = { apiVersion: '', kind: '', metadata: {} };

/** PersistentVolumes (Kubernetes: `pkg/registry/core/persistentvolume`). */
export const persistentVolumeModule = defineKind('/PersistentVolume', {
  strategy: {
    emptyStatus: { phase: 'Pending' },
    prepareForCreate: (object, { nowMs }) => stampPhase(object, noObject, timestamp(nowMs)),
    metadataChecksOnUpdate: ['whole', 'whole'],
    validate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    warnings: persistentVolumeWarnings,
  },
  status: {
    prepareForUpdate: (object, old, { nowMs }) => stampPhase(object, old, timestamp(nowMs)),
  },
  table: persistentVolumeTable,
  defaults: { v1: defaultPersistentVolume },
  returnsDeletedObject: true,
  actors: [{ name: 'persistentvolume-binder-controller', effect: 'the volume stays Pending' }],
});
