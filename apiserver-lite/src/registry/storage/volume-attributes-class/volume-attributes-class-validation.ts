import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, required } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { named } from '../../fields/rules.ts';
import { isSame } from '../../generic/copy-object.ts';
import { validateParameters } from '../class-parameters.ts';

/** Kubernetes: `storage/validation.ValidateVolumeAttributesClass`. */
export function validateVolumeAttributesClass(object: KubeObject): FieldError[] {
  const { driverName, parameters } = object as { driverName?: string; parameters?: Record<string, string> };
  const empty = Object.keys(parameters ?? {}).length === 0;
  return [
    ...named('driverName', driverName, (name) => qualifiedName(name.toLowerCase())),
    ...validateParameters(parameters),
    ...(empty ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ];
}

/** A class asks the same of the same driver for ever. */
export function validateVolumeAttributesClassUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  return ['driverName', 'parameters']
    .filter((name) => !isSame(object[name], old[name]))
    .map((name) => forbiddenField(name, `updates to ${name} are forbidden.`));
}
