import type { V1VolumeAttributesClass } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { named } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateParameters } from '../class-parameters.ts';

const volumeAttributesClassTable = tableOf<V1VolumeAttributesClass>([
  nameColumn(),
  column('DriverName', ({ driverName }) => driverName),
  ageColumn(),
]);

/** Kubernetes: `storage/validation.ValidateVolumeAttributesClass`. */
function validateVolumeAttributesClass({ driverName, parameters }: V1VolumeAttributesClass): FieldError[] {
  const empty = Object.keys(parameters ?? {}).length === 0;
  return [
    ...named('driverName', driverName?.toLowerCase(), qualifiedName),
    ...validateParameters(parameters),
    ...(empty ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ];
}

/** A class asks the same of the same driver for ever. */
function validateVolumeAttributesClassUpdate(
  object: V1VolumeAttributesClass,
  old: V1VolumeAttributesClass,
): FieldError[] {
  return (['driverName', 'parameters'] as const)
    .filter((name) => !isSame(object[name], old[name]))
    .map((name) => forbiddenField(name, `updates to ${name} are forbidden.`));
}

/** VolumeAttributesClasses (Kubernetes: `pkg/registry/storage/volumeattributesclass`). */
export const volumeAttributesClassModule = defineKind('storage.k8s.io/VolumeAttributesClass', {
  strategy: {
    metadataChecksOnUpdate: ['change', 'update', 'whole'],
    validate: validateVolumeAttributesClass,
    validateUpdate: validateVolumeAttributesClassUpdate,
  },
  table: volumeAttributesClassTable,
  returnsDeletedObject: true,
});
