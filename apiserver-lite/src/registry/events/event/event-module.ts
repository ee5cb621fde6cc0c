import { eventTable, fromEvents } from '../../core/event/event-table.ts';
import { selectable, selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { eventConversion } from './event-versions.ts';

/** Events (Kubernetes: `pkg/registry/events/event`). */
export const eventModule = defineKind('events.k8s.io/Event', {
  table: eventTable(fromEvents),
  selectableFields: {
    ...selectablePaths([
      'regarding.kind',
      'regarding.namespace',
      'regarding.name',
      'regarding.uid',
      'regarding.apiVersion',
      'regarding.resourceVersion',
      'regarding.fieldPath',
      'reason',
      'type',
    ]),
    reportingController: selectable((object) => object.reportingController),
  },
  conversions: { v1: eventConversion },
});
