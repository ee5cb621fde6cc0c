import type { V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { addressWarnings } from '../../fields/address-warnings.ts';
import { fill, items } from '../../fields/fill.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
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

const managedBy = 'endpointslice.kubernetes.io/managed-by';
/** They write addresses in their one form. */
const careful = new Set(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']);

/** Warns of names as addresses, and of addresses in another form than their own. */
const endpointSliceWarnings: KindWarnings<V1EndpointSlice> = ({ metadata, addressType, endpoints }, old) => {
  const isNew = old === undefined;
  const warnings = isNew && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
  if (careful.has(metadata?.labels?.[managedBy] ?? '')) return warnings;
  (endpoints ?? []).forEach(({ addresses }, index) =>
    (addresses ?? []).forEach((address, place) =>
      warnings.push(...addressWarnings(address, `endpoints[${index}].addresses[${place}]`)),
    ),
  );
  return warnings;
};

/** EndpointSlices (Kubernetes: `pkg/registry/discovery/endpointslice`). */
export const endpointSliceModule = defineKind('discovery.k8s.io/EndpointSlice', {
  strategy: {
    generation: ['endpoints', 'ports', 'metadata.labels'],
    immutable: ['addressType'],
    prepareForCreate: (object) => dropTopology(object, undefined),
    prepareForUpdate: dropTopology,
    metadataChecksOnUpdate: ['whole'],
    validate: validateEndpointSlice,
    warnings: endpointSliceWarnings,
  },
  table: endpointSliceTable,
  defaults: { v1: defaultEndpointSlice },
});
