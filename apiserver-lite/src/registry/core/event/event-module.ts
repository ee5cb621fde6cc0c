import { kindStrategy } from '../../generic/kind-strategy.ts';
import type { KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import { selectableFields } from '../../selectable-fields.ts';
import { validateEventUpdate, validateNewEvent } from './event-validation.ts';
import { pathSegmentName } from '../../fields/names.ts';

/** Events expire by themselves; they are owned by nobody and own nothing (Kubernetes: `registry/core/event`). */
export const eventModule: KindModule = {
  strategy: ({ eventTtlSeconds }) =>
    kindStrategy({
      group: '',
      kind: 'Event',
      namespaced: true,
      validateName: pathSegmentName,
      garbageCollection: 'Unsupported',
      standardFinalizers: false,
      metadataChecksOnUpdate: [],
      allowCreateOnUpdate: true,
      ttlSeconds: eventTtlSeconds,
      validate: validateNewEvent,
      validatedOnce: true,
      validateUpdate: validateEventUpdate,
    }),
  ...(tables['/Event'] === undefined ? {} : { table: tables['/Event'] }),
  ...(selectableFields['/Event'] === undefined ? {} : { selectableFields: selectableFields['/Event'] }),
};
