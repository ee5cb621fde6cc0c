import type { KubeObject } from '@pg8s/k8s-proto/object';
import { notFound } from '../../../api-errors/status-error.ts';
import { CachedObject } from '../../../storage/cached-object.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { ensureMeant } from '../../generic/ensure-meant.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { storeRequest } from '../../generic/store-rest.ts';
import { timestamp } from '../../generic/timestamp.ts';
import type { Rest } from '../../rest.ts';
import { withCondition, type Conditioned } from './definition-conditions.ts';

const target = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };

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
  return async (context, name, options) => {
    const key = { namespace: '', name };
    const found = await store.storage.get(key, '');
    ensureMeant(target, found.object.metadata, options.preconditions);
    const { uid, deletionTimestamp } = found.object.metadata;
    const preconditions = { ...options.preconditions, ...(uid === undefined ? {} : { uid }) };
    const { finalizers = [] } = found.object.metadata;
    if (deletionTimestamp !== undefined && finalizers.length === 0) {
      return store.delete(storeRequest(context, clock, options.dryRun), name, { ...options, preconditions });
    }
    const mark = async (definition: KubeObject) => {
      await options.validate(definition);
      return deletionTimestamp === undefined ? marked(definition, clock()) : withoutGrace(definition);
    };
    if (options.dryRun) {
      return { object: new CachedObject(await mark(found.object), found.revision), immediate: false };
    }
    const object = await store.storage.guaranteedUpdate(
      key,
      (current) => {
        if (current === undefined) throw notFound(target, name);
        return mark(current.object);
      },
      { preconditions },
    );
    return { object, immediate: false };
  };
}
