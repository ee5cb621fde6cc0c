import type { V1ResourceSlice } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { type Fields, existing, fill, items } from '../../fields/fill.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { timestamp } from '../../generic/timestamp.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from './resource-slice-validation.ts';

/** Taints are as old as their first sight. */
function defaultResourceSlice(object: Fields, nowMs: number): void {
  for (const item of items(existing(object, 'spec'), 'devices')) {
    const device = existing(item, 'basic') ?? item;
    for (const taint of items(device, 'taints')) fill(taint, { timeAdded: timestamp(nowMs) });
    const mappings = existing(device, 'nodeAllocatableResourceMappings') ?? {};
    for (const name of Object.keys(mappings)) {
      const mapping = existing(mappings, name);
      if (mapping !== undefined) fill(mapping, { allocationMultiplier: '1' });
    }
  }
}

const resourceSliceTable = tableOf<V1ResourceSlice>([
  nameColumn(),
  column('Node', ({ spec }) => spec.nodeName ?? ''),
  column('Driver', ({ spec }) => spec.driver),
  column('Pool', ({ spec }) => spec.pool.name),
  ageColumn(),
]);

/** Warns of a driver name with uppercase characters. */
const resourceSliceWarnings: KindWarnings<V1ResourceSlice> = (object) => {
  const { driver = '' } = specOf(object);
  const advice = 'driver names should be lowercase';
  return driver === driver.toLowerCase()
    ? []
    : [`spec.driver: ${advice}; ${goQuote(driver)} contains uppercase characters`];
};

const attributes = 'spec.devices[].attributes{}';

/** ResourceSlices (Kubernetes: `pkg/registry/resource/resourceslice`). */
export const resourceSliceModule = defineKind('resource.k8s.io/ResourceSlice', {
  strategy: {
    generation: ['spec'],
    metadataChecksOnUpdate: ['change'],
    disabledFields: [
      // DRANodeAllocatableResources
      ['spec.devices[].nodeAllocatableResourceMappings'],
      // DRAListTypeAttributes
      ['bools', 'ints', 'strings', 'versions'].map((list) => `${attributes}.${list}`),
    ],
    validate: validateResourceSlice,
    validatedOnce: true,
    validateUpdate: validateResourceSliceUpdate,
    warnings: resourceSliceWarnings,
  },
  table: resourceSliceTable,
  selectableFields: selectablePaths(['spec.nodeName', 'spec.driver']),
  unsupportedField: (label, version) =>
    `field label not supported for resource.k8s.io/${version}, Kind=ResourceSlice: ${label}`,
  defaults: { v1: defaultResourceSlice, v1beta2: defaultResourceSlice, v1beta1: defaultResourceSlice },
  returnsDeletedObject: true,
});
