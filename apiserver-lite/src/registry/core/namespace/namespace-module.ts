import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import { invalidValue } from '../../fields/field-errors.ts';
import { type Fields, child, fillText } from '../../fields/fill.ts';
import { labelName } from '../../fields/names.ts';
import { keepField } from '../../generic/kind-strategy.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { partRest } from '../../generic/store-rest.ts';
import { defineKind } from '../../kind-module.ts';
import type { Strategy } from '../../strategy.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import {
  isDeletedDuringUpdate,
  namespaceFinalizers,
  validateFinalizers,
  validateNewFinalizers,
} from './namespace-finalizers.ts';
import { namespaceDelete } from './namespace-rest.ts';

/** Fills the defaults of a Namespace (Kubernetes: `apis/core/v1/defaults.go`). */
function defaultNamespace(object: Fields): void {
  const metadata = child(object, 'metadata');
  const { name } = metadata;
  if (name) child(metadata, 'labels')['kubernetes.io/metadata.name'] = name;
  fillText(child(object, 'status'), { phase: 'Active' });
}

const namespaceTable = tableOf<V1Namespace>([
  nameColumn(),
  column('Status', ({ status }) => status?.phase ?? ''),
  ageColumn(),
]);

const nameLabel = 'kubernetes.io/metadata.name';

/** `namespaces/finalize`: writes `spec.finalizers` and nothing else; the last one gone is the end. */
function finalizeStrategy(strategy: Strategy): Strategy {
  return {
    ...strategy,
    resetFields: ['status'],
    metadataChecksOnUpdate: ['change'],
    prepareForUpdate(object, old) {
      keepField(object, old, 'status');
    },
    validateUpdate: (object) => validateFinalizers(object),
  };
}

/**
 * Namespaces start Active and are deleted in two phases (`namespace-rest.ts`; Kubernetes:
 * `pkg/registry/core/namespace`).
 */
export const namespaceModule = defineKind('/Namespace', {
  strategy: {
    validateName: labelName,
    metadataChecksOnUpdate: ['whole', 'change'],
    prepareForCreate(object) {
      object.status = { phase: 'Active' };
      const finalizers = namespaceFinalizers(object);
      if (!finalizers.includes('kubernetes'))
        object.spec = { ...object.spec, finalizers: [...finalizers, 'kubernetes'] };
    },
    canonicalize({ metadata }) {
      const { name } = metadata;
      if (name !== undefined) metadata.labels = { ...metadata.labels, [nameLabel]: name };
    },
    prepareForUpdate(object, old) {
      keepField(object, old, 'spec');
      keepField(object, old, 'status');
    },
    validate: validateNewFinalizers,
    validatedOnce: true,
    shouldDeleteDuringUpdate: isDeletedDuringUpdate,
  },
  status: {
    validateUpdate({ metadata, status }) {
      const phase = status?.phase;
      const isDeleted = metadata.deletionTimestamp !== undefined;
      const wanted = isDeleted ? 'Terminating' : 'Active';
      if (phase === wanted) return [];
      const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${isDeleted ? 'not ' : ''}empty`;
      return [invalidValue('status.Phase', phase ?? '', detail)];
    },
  },
  subresources: {
    finalize: ({ parent, subresource, store, clock }) =>
      partRest(parent, subresource, store.withStrategy(finalizeStrategy(store.strategy)), clock),
  },
  verbs: (store, clock) => ({ delete: namespaceDelete(store, clock) }),
  table: namespaceTable,
  selectableFields: selectablePaths(['status.phase']),
  defaults: { v1: defaultNamespace },
  returnsDeletedObject: true,
  publishesDeletedStatus: true,
});
