import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import type { FieldError } from '../../api-errors/status-error.ts';
import { forbiddenField } from './field-errors.ts';

/** Fields of ObjectMeta in the order of the struct, each with the name that findings give it. */
const ownFields: readonly (readonly [field: string, said?: string])[] = [
  ['name'],
  ['generateName'],
  ['namespace'],
  ['selfLink'],
  ['uid', 'uID'],
  ['resourceVersion'],
  ['generation'],
  ['creationTimestamp'],
  ['deletionTimestamp'],
  ['deletionGracePeriodSeconds'],
  ['ownerReferences'],
  ['finalizers'],
  ['managedFields'],
];

/** A pointer: zero is a value of it. */
const pointer = 'deletionGracePeriodSeconds';

/**
 * Of a template of claims only labels and annotations are taken over; whatever else its metadata says is
 * refused, an empty list too (Kubernetes: `core/validation.ValidateTemplateObjectMeta` and what follows it).
 */
export function validateTemplateMetadata(metadata: object, field: string): FieldError[] {
  const given = metadata as Readonly<Record<string, unknown>>;
  return ownFields
    .filter(([name]) => {
      const value = given[name];
      if (value === undefined || value === null) return wasGivenEmpty(metadata, name);
      return name === pointer || (value !== '' && value !== 0);
    })
    .map(([name, said = name]) => forbiddenField(`${field}.${said}`, 'cannot be set'));
}
