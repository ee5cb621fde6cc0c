import type { V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';

const orUnset = (text: string) => text || '<unset>';

/** The columns of EndpointSlices (Kubernetes: `printers/internalversion`). */
export const endpointSliceTable = tableOf<V1EndpointSlice>([
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
