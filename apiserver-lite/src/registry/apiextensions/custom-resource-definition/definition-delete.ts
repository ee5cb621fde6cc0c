import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf } from '../../generic/copy-object.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { markedDelete } from '../../generic/marked-delete.ts';
import { timestamp } from '../../generic/timestamp.ts';
import type { Rest } from '../../rest.ts';
import { withCondition, type Conditioned } from './definition-conditions.ts';

/** While a definition that is being deleted has it, its objects are being deleted. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** The definition as one that is to go once its objects have gone. */
function marked(definition: KubeObject, nowMs: number): KubeObject {
  const next = copyOf(definition);
  const { metadata } = next;
  metadata.deletionTimestamp ??= timestamp(nowMs);
  const { finalizers = [] } = metadata;
  if (!finalizers.includes(cleanupFinalizer)) metadata.finalizers = [...finalizers, cleanupFinalizer];
  return withCondition(
    next as KubeObject & Conditioned,
    {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    },
    nowMs,
  );
}

/** One that is deleted once more while it goes. */
function withoutGrace(definition: KubeObject): KubeObject {
  const { metadata } = definition;
  return { ...definition, metadata: { ...metadata, deletionGracePeriodSeconds: 0 } };
}

/**
 * The first deletion of a definition only marks it: its objects go first (apiextensions-apiserver:
 * `registry/customresourcedefinition/etcd.go`).
 */
export function definitionDelete(store: GenericStore, clock: () => number): NonNullable<Rest['delete']> {
  return markedDelete(store, clock, {
    target: { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' },
    step: ({ metadata: { deletionTimestamp, finalizers = [] } }) =>
      deletionTimestamp !== undefined && finalizers.length === 0 ? 'delete' : 'mark',
    mark: (definition) =>
      definition.metadata.deletionTimestamp === undefined
        ? marked(definition, clock())
        : withoutGrace(definition),
  });
}
