import type { DiscoveryV1EndpointPort, V1EndpointSlice } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';

const orUnset = (text: string) => text || '<unset>';

export const endpointSliceTable = tableOf<V1EndpointSlice>([
  nameColumn(),
  column('AddressType', ({ addressType }) => addressType),
  column('Ports', ({ ports }) =>
    orUnset(
      shortList((ports ?? []).map(({ port, name }: DiscoveryV1EndpointPort) => String(port ?? name ?? '*'))),
    ),
  ),
  column('Endpoints', ({ endpoints }) =>
    orUnset(shortList((endpoints ?? []).flatMap(({ addresses }) => addresses ?? []))),
  ),
  ageColumn(),
]);
