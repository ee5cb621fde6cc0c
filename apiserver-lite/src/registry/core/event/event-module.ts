import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../server/status-error.ts';
import { fieldAt, kindStrategy } from '../../generic/kind-strategy.ts';
import type { KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import { selectableFields } from '../../selectable-fields.ts';
import { invalidValue } from '../../validation/field-errors.ts';

/** An event lives where its object lives; events about cluster-scoped objects live in `default` (or kube-system). */
function validateEvent(object: KubeObject): FieldError[] {
  const namespace = object.metadata.namespace ?? '';
  const involved = String(fieldAt(object, 'involvedObject.namespace') ?? '');
  if (involved === '') {
    return namespace === 'default' || namespace === 'kube-system'
      ? []
      : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
  }
  return involved === namespace
    ? []
    : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

/** Events expire by themselves; they are owned by nobody and own nothing (Kubernetes: `registry/core/event`). */
export const eventModule: KindModule = {
  strategy: ({ eventTtlSeconds }) =>
    kindStrategy({
      group: '',
      kind: 'Event',
      namespaced: true,
      garbageCollection: 'Unsupported',
      allowCreateOnUpdate: true,
      ttlSeconds: eventTtlSeconds,
      validate: validateEvent,
    }),
  ...(tables['/Event'] === undefined ? {} : { table: tables['/Event'] }),
  ...(selectableFields['/Event'] === undefined ? {} : { selectableFields: selectableFields['/Event'] }),
};
