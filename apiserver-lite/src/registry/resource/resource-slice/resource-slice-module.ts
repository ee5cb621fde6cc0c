import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { defaultResourceSlice } from './resource-slice-defaults.ts';
import { resourceSliceTable } from './resource-slice-table.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from './resource-slice-validation.ts';
import { resourceSliceWarnings } from './resource-slice-warnings.ts';

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
