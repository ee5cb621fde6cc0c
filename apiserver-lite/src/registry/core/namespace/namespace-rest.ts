import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import { deletionFinalizers } from '../../generic/deletion-finalizers.ts';
import type { GenericStore } from '../../generic/generic-store.ts';
import { markedDelete } from '../../generic/marked-delete.ts';
import { timestamp } from '../../generic/timestamp.ts';
import type { Rest } from '../../rest.ts';
import { namespaceFinalizers, terminating } from './namespace-finalizers.ts';

/**
 * Deletes a namespace in two phases (Kubernetes: `registry/core/namespace/storage`): the first request marks
 * it Terminating, the namespace controller empties it and finalizes it, and only then does it go.
 */
export function namespaceDelete(store: GenericStore, clock: () => number): NonNullable<Rest['delete']> {
  return markedDelete<V1Namespace>(store, clock, {
    target: { group: '', resource: 'namespaces' },
    step: (namespace) => {
      if (namespace.metadata.deletionTimestamp === undefined) return 'mark';
      return namespaceFinalizers(namespace).length > 0 ? 'wait' : 'delete';
    },
    mark: (namespace, options) =>
      terminating(namespace, deletionFinalizers(namespace, 'DeleteDependents', options), timestamp(clock())),
  });
}
