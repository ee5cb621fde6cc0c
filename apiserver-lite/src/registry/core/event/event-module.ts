import { pathSegmentName } from '../../fields/names.ts';
import { selectable, selectablePaths } from '../../generic/selectable-field.ts';
import { fieldAt } from '../../generic/kind-strategy.ts';
import { defineKind } from '../../kind-module.ts';
import { eventTable, fromCore } from './event-table.ts';
import { validateEventUpdate, validateNewEvent } from './event-validation.ts';

/**
 * Events expire by themselves; they are owned by nobody and own nothing (Kubernetes:
 * `pkg/registry/core/event`).
 */
export const eventModule = defineKind('/Event', {
  strategy: ({ eventTtlSeconds }) => ({
    validateName: pathSegmentName,
    garbageCollection: 'Unsupported',
    standardFinalizers: false,
    metadataCheckedLast: true,
    metadataChecksOnUpdate: [],
    allowCreateOnUpdate: true,
    ttlSeconds: eventTtlSeconds,
    validate: validateNewEvent,
    validatedOnce: true,
    validateUpdate: validateEventUpdate,
  }),
  table: eventTable(fromCore),
  selectableFields: {
    ...selectablePaths([
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'type',
    ]),
    reportingComponent: selectable(({ reportingComponent }) => reportingComponent),
    source: selectable((object) => fieldAt(object, 'source.component') || object['reportingComponent']),
  },
});
