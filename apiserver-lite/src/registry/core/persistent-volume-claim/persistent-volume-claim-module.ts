import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, notSupported } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { statusOf } from '../../fields/spec-and-status.ts';
import { defineKind } from '../../kind-module.ts';
import { isNative, validateAmount, validateBasicAmount } from '../../pod-template/resources/resources.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { accessModes, storageClassName } from '../persistent-volume/volume-columns.ts';
import { dropForeignSources, mirrorSources } from './claim-sources.ts';
import { validateClaim, validateClaimUpdate } from './claim-validation.ts';
import { defaultClaim } from './persistent-volume-claim-defaults.ts';
import { persistentVolumeClaimWarnings } from './persistent-volume-claim-warnings.ts';

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** Of the resources that Kubernetes names itself, a volume has but one. */
function validateResourceKey(name: string, field: string): FieldError[] {
  const wrong = invalidEach(field, name, qualifiedName(name));
  if (wrong.length > 0 || name === 'storage' || !isNative(name)) return wrong;
  return [notSupported(field, name, ['storage'])];
}

/** Kubernetes: `core/validation.ValidatePersistentVolumeClaimStatusUpdate`. */
function validateClaimStatus(object: V1PersistentVolumeClaim): FieldError[] {
  const status = statusOf(object);
  const { capacity = {}, allocatedResources = {}, allocatedResourceStatuses = {} } = status;
  const allocated = 'status.allocatedResources';
  const states = 'status.allocatedResourceStatuses';
  return [
    ...Object.entries(capacity).flatMap(([name, amount]) =>
      validateBasicAmount(amount, `status.capacity[${name}]`),
    ),
    ...Object.entries(allocatedResourceStatuses).flatMap(([name, state]) => [
      ...validateResourceKey(name, states),
      ...(resizeStates.includes(state) ? [] : [notSupported(states, name, resizeStates.toSorted())]),
    ]),
    ...Object.entries(allocatedResources).flatMap(([name, amount]) => {
      const wrong = validateResourceKey(name, allocated);
      const field = `${allocated}[${name}]`;
      const negative = validateBasicAmount(amount, field);
      if (wrong.length > 0 || negative.length > 0) return [...wrong, ...(wrong.length > 0 ? [] : negative)];
      return validateAmount('storage', amount, field);
    }),
  ];
}

const wide = { priority: 1 };

const persistentVolumeClaimTable = tableOf<V1PersistentVolumeClaim>([
  nameColumn(),
  column('Status', ({ status, metadata }) =>
    metadata?.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating',
  ),
  column('Volume', ({ spec }) => spec?.volumeName ?? ''),
  column('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '')),
  column('Access Modes', ({ spec, status }) => (spec?.volumeName ? accessModes(status?.accessModes) : '')),
  column('StorageClass', storageClassName),
  column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
  ageColumn(),
  column('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', wide),
]);

/** PersistentVolumeClaims (Kubernetes: `pkg/registry/core/persistentvolumeclaim`). */
export const persistentVolumeClaimModule = defineKind('/PersistentVolumeClaim', {
  strategy: {
    // Pending is a default, which is not stored with a new claim.
    emptyStatus: {},
    prepareForCreate(object) {
      dropForeignSources(object, undefined);
      mirrorSources(object);
    },
    prepareForUpdate(object, old) {
      dropForeignSources(object, old);
      mirrorSources(object);
    },
    validate: validateClaim,
    validateUpdate: validateClaimUpdate,
    warnings: persistentVolumeClaimWarnings,
  },
  status: { validateUpdate: validateClaimStatus },
  table: persistentVolumeClaimTable,
  defaults: { v1: defaultClaim },
  returnsDeletedObject: true,
  actors: [{ name: 'persistentvolume-binder-controller', effect: 'the claim stays Pending' }],
});
