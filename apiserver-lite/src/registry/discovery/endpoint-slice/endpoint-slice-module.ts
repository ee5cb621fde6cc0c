import { defineKind } from '../../kind-module.ts';
import { defaultEndpointSlice } from './endpoint-slice-defaults.ts';
import { endpointSliceTable } from './endpoint-slice-table.ts';
import { validateEndpointSlice } from './endpoint-slice-validation.ts';
import { dropTopology } from './endpoint-topology.ts';

/** EndpointSlices (Kubernetes: `pkg/registry/discovery/endpointslice`). */
export const endpointSliceModule = defineKind('discovery.k8s.io/EndpointSlice', {
  strategy: {
    generation: ['endpoints', 'ports', 'metadata.labels'],
    immutable: ['addressType'],
    prepareForCreate: (object) => dropTopology(object, undefined),
    prepareForUpdate: dropTopology,
    metadataChecksOnUpdate: ['whole'],
    validate: validateEndpointSlice,
  },
  table: endpointSliceTable,
  defaults: { v1: defaultEndpointSlice },
});
