import type { CoreV1EndpointPort, V1Endpoints } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';

const none = '<none>';

function endpointsText({ subsets = [] }: V1Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports }) =>
    (ports === undefined || ports.length === 0 ? [undefined] : ports).flatMap(
      (port: CoreV1EndpointPort | undefined) =>
        addresses.map(({ ip }) =>
          port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`,
        ),
    ),
  );
  return subsets.length === 0 ? none : shortList(all);
}

export const endpointsTable = tableOf<V1Endpoints>([
  nameColumn(),
  column('Endpoints', endpointsText),
  ageColumn(),
]);
