import type { V1PersistentVolume, V1PersistentVolumeStatus } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type Fields, child, existing, fill, fillText } from '../../fields/fill.ts';
import { roundResourceList } from '../../fields/resource-list.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { defineKind } from '../../kind-module.ts';
import { nodeTermWarnings } from '../../pod-template/pod-warnings.ts';
import { defaultVolumeSource } from '../../pod-template/volumes/volume-defaults.ts';
import { sourceWarnings } from '../../pod-template/volumes/volume-warnings.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { classWarnings } from '../persistent-volume-claim/persistent-volume-claim-warnings.ts';
import { accessModes, storageClassName } from './volume-columns.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './volume-validation.ts';

/** Fills the defaults of a PersistentVolume (Kubernetes: `apis/core/v1/defaults.go`). */
function defaultPersistentVolume(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(child(object, 'status'), { phase: 'Pending' });
  fillText(spec, { persistentVolumeReclaimPolicy: 'Retain' });
  fill(spec, { volumeMode: 'Filesystem' });
  roundResourceList(existing(spec, 'capacity'));
  defaultVolumeSource(spec);
}

type Times = { phase?: string; lastPhaseTransitionTime?: string };

/** When the phase of a volume changed, unless the request has it. */
function stampPhase(object: V1PersistentVolume, old: V1PersistentVolume, now: string): void {
  const status = (object.status ?? {}) as Times & Omit<V1PersistentVolumeStatus, keyof Times>;
  const before = (old.status ?? {}) as Times;
  const isOld =
    status.lastPhaseTransitionTime === undefined ||
    status.lastPhaseTransitionTime === before.lastPhaseTransitionTime;
  if (!isOld) return;
  const time = status.phase === before.phase ? before.lastPhaseTransitionTime : now;
  if (time !== undefined) object.status = { ...status, lastPhaseTransitionTime: time };
}

const wide = { priority: 1 };

const persistentVolumeTable = tableOf<V1PersistentVolume>([
  nameColumn(),
  column('Capacity', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
  column('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
  column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
  column('Status', ({ status, metadata }) =>
    metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Claim', ({ spec }) =>
    spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`,
  ),
  column('StorageClass', storageClassName),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  column('Reason', ({ status }) => status?.reason ?? ''),
  ageColumn(),
  column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', wide),
]);

/** Warnings of a volume: its class annotation, its reclaim policy and its source. */
const persistentVolumeWarnings: KindWarnings<V1PersistentVolume> = (object) => {
  const spec = specOf(object);
  const warnings = classWarnings(object);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const advice =
      'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
    warnings.push(`spec.persistentVolumeReclaimPolicy: ${advice}`);
  }
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return [
    ...warnings,
    ...terms.flatMap((term, index) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    ...sourceWarnings(spec, 'spec'),
  ];
};

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
