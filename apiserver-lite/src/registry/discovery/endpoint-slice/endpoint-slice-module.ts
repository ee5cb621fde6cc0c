import type { V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { fill, items } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';
import { validateEndpointSlice } from './endpoint-slice-validation.ts';
import { dropTopology } from './endpoint-topology.ts';

/** Ports of endpoint slices (Kubernetes: `SetDefaults_EndpointPort`). */
function defaultEndpointSlice(object: V1EndpointSlice): void {
  for (const port of items(object, 'ports')) fill(port, { name: '', protocol: 'TCP' });
}

const orUnset = (text: string) => text || '<unset>';

/** The columns of EndpointSlices (Kubernetes: `printers/internalversion`). */
const endpointSliceTable = tableOf<V1EndpointSlice>([
  nameColumn(),
  column('AddressType', ({ addressType }) => addressType),
  column('Ports', ({ ports }) =>
    orUnset(shortList((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')))),
  ),
  column('Endpoints', ({ endpoints }) =>
    orUnset(shortList((endpoints ?? []).flatMap(({ addresses }) => addresses ?? []))),
  ),
  ageColumn(),
]);

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
