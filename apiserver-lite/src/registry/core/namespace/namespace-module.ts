import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { fieldAt, keepField, kindStrategy, type StatusTraits } from '../../generic/kind-strategy.ts';
import type { KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import { selectableFields } from '../../selectable-fields.ts';
import type { Strategy } from '../../strategy.ts';
import { invalidEach, invalidValue } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { validateStandardFinalizer } from '../../fields/metadata.ts';
import { labelName } from '../../fields/names.ts';

const nameLabel = 'kubernetes.io/metadata.name';

interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string };
}

/** What holds a namespace until its content is gone. */
export function namespaceFinalizers(object: KubeObject): string[] {
  return (object as Namespace).spec?.finalizers ?? [];
}

function validateFinalizer(name: string, field: string): FieldError[] {
  return [...invalidEach(field, name, qualifiedName(name)), ...validateStandardFinalizer(name, field)];
}

/** Of a new namespace; the index of a finalizer is only told when they are written by `finalize`. */
function validateNewFinalizers(object: KubeObject): FieldError[] {
  return namespaceFinalizers(object).flatMap((name) => validateFinalizer(name, 'spec.finalizers'));
}

function validateFinalizers(object: KubeObject): FieldError[] {
  return namespaceFinalizers(object).flatMap((name, index) =>
    validateFinalizer(name, `spec.finalizers[${index}]`),
  );
}

function deletedDuringUpdate(object: KubeObject, old: KubeObject): boolean {
  return (
    namespaceFinalizers(object).length === 0 &&
    old.metadata.deletionTimestamp !== undefined &&
    !old.metadata.deletionGracePeriodSeconds
  );
}

const strategy = kindStrategy({
  group: '',
  kind: 'Namespace',
  namespaced: false,
  validateName: labelName,
  prepareForCreate(object) {
    const namespace = object as Namespace;
    namespace.status = { phase: 'Active' };
    const finalizers = namespaceFinalizers(object);
    if (!finalizers.includes('kubernetes'))
      namespace.spec = { ...namespace.spec, finalizers: [...finalizers, 'kubernetes'] };
  },
  canonicalize(object) {
    const { name } = object.metadata;
    if (name !== undefined) object.metadata.labels = { ...object.metadata.labels, [nameLabel]: name };
  },
  prepareForUpdate(object, old) {
    keepField(object, old, 'spec');
    keepField(object, old, 'status');
  },
  validate: validateNewFinalizers,
  validatedOnce: true,
  shouldDeleteDuringUpdate: deletedDuringUpdate,
});

const status: StatusTraits = {
  validateUpdate(object) {
    const phase = fieldAt(object, 'status.phase');
    if (object.metadata.deletionTimestamp === undefined) {
      return phase === 'Active'
        ? []
        : [invalidValue('status.Phase', phase ?? '', "may only be 'Active' if `deletionTimestamp` is empty")];
    }
    return phase === 'Terminating'
      ? []
      : [
          invalidValue(
            'status.Phase',
            phase ?? '',
            "may only be 'Terminating' if `deletionTimestamp` is not empty",
          ),
        ];
  },
};

/** `namespaces/finalize`: writes `spec.finalizers` and nothing else; the last one gone is the end. */
export const finalizeStrategy: Strategy = {
  ...strategy,
  resetFields: ['status'],
  prepareForUpdate(object, old) {
    keepField(object, old, 'status');
  },
  validateUpdate: (object) => validateFinalizers(object),
};

/** Namespaces are born Active, and are deleted in two phases (`namespace-rest.ts`). */
export const namespaceModule: KindModule = {
  strategy: () => strategy,
  status,
  ...(tables['/Namespace'] === undefined ? {} : { table: tables['/Namespace'] }),
  ...(selectableFields['/Namespace'] === undefined
    ? {}
    : { selectableFields: selectableFields['/Namespace'] }),
};

/** The namespace as a first deletion leaves it: Terminating, with the finalizers that the request asks for. */
export function terminating(
  namespace: KubeObject,
  finalizers: string[] | undefined,
  deletedAt: string,
): KubeObject {
  const next = copyOf(namespace) as Namespace;
  next.metadata.deletionTimestamp ??= deletedAt;
  next.status = { ...next.status, phase: 'Terminating' };
  if (finalizers !== undefined) {
    if (finalizers.length > 0) next.metadata.finalizers = finalizers;
    else delete next.metadata.finalizers;
  }
  return next;
}
