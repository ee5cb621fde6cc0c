import { randomUUID } from 'node:crypto';
import { type Fields, existing, items } from '../../fields/fill.ts';
import { roundResourceLists } from '../../fields/resource-list.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultTable } from '../../table/default-table.ts';
import { validateLimitRange } from './limit-range-validation.ts';

/** Limits of containers follow from each other: default from max, defaultRequest from default or min. */
function defaultLimitRange(object: Fields): void {
  for (const limit of items(existing(object, 'spec'), 'limits')) {
    defaultLimits(limit);
    roundResourceLists(limit, ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']);
  }
}

function defaultLimits(limit: Fields): void {
  if (limit['type'] !== 'Container') return;
  const [max, min] = [existing(limit, 'max') ?? {}, existing(limit, 'min') ?? {}];
  const most = { ...max, ...existing(limit, 'default') };
  const requested = { ...min, ...most, ...existing(limit, 'defaultRequest') };
  if (Object.keys(most).length > 0) limit['default'] = most;
  if (Object.keys(requested).length > 0) limit['defaultRequest'] = requested;
}

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
});
