import { randomUUID } from 'node:crypto';
import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { defaultLimitRange } from './limit-range-defaults.ts';
import { validateLimitRange } from './limit-range-validation.ts';

/** LimitRanges (Kubernetes: `pkg/registry/core/limitrange`). */
export const limitRangeModule = defineKind('/LimitRange', {
  strategy: {
    allowCreateOnUpdate: true,
    // Nobody has to think of a name for it.
    prepareForCreate({ metadata }) {
      metadata.name ||= randomUUID();
    },
    metadataChecksOnUpdate: ['whole'],
    validate: validateLimitRange,
  },
  table: defaultTable,
  defaults: { v1: defaultLimitRange },
  actors: [{ name: 'LimitRanger', effect: 'limits are not applied to Pods' }],
  gaps: 'not enforced when Pods are created',
});
