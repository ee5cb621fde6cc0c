import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { validateStandardFinalizer } from '../../fields/metadata.ts';
import { copyOf } from '../../generic/copy-object.ts';

/** The names in `spec.finalizers`: what has to end before a namespace can be removed. */
export function namespaceFinalizers({ spec }: V1Namespace): string[] {
  return spec?.finalizers ?? [];
}

function validateFinalizer(name: string, field: string): FieldError[] {
  return [...invalidEach(field, name, qualifiedName(name)), ...validateStandardFinalizer(name, field)];
}

/**
 * Of a new namespace; the index of a finalizer is only in the message when they are written by `finalize`.
 */
export function validateNewFinalizers(object: V1Namespace): FieldError[] {
  return namespaceFinalizers(object).flatMap((name) => validateFinalizer(name, 'spec.finalizers'));
}

/** Of a write to `namespaces/finalize`. */
export function validateFinalizers(object: V1Namespace): FieldError[] {
  return namespaceFinalizers(object).flatMap((name, index) =>
    validateFinalizer(name, `spec.finalizers[${index}]`),
  );
}

/** Whether an update that emptied the finalizers removes the namespace. */
export function isDeletedDuringUpdate(object: V1Namespace, old: V1Namespace): boolean {
  return (
    namespaceFinalizers(object).length === 0 &&
    old.metadata.deletionTimestamp !== undefined &&
    !old.metadata.deletionGracePeriodSeconds
  );
}

/**
 * The namespace as a first deletion leaves it: Terminating, with the finalizers that the request asks for.
 */
export function terminating(
  namespace: V1Namespace,
  finalizers: string[] | undefined,
  deletedAt: string,
): V1Namespace {
  const next = copyOf(namespace);
  next.metadata.deletionTimestamp ??= deletedAt;
  next.status = { ...next.status, phase: 'Terminating' };
  if (finalizers !== undefined) {
    if (finalizers.length > 0) next.metadata.finalizers = finalizers;
    else delete next.metadata.finalizers;
  }
  return next;
}
