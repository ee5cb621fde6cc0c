import type { CoreV1EndpointPort, V1Endpoints } from '@pg8s/k8s-proto/generated/models';
import { type Fields, fillText, items } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, shortList, tableOf } from '../../table/column.ts';
import { validateEndpoints } from './endpoints-validation.ts';

/** Fills the defaults of an Endpoints (Kubernetes: `apis/core/v1/defaults.go`). */
function defaultEndpoints(object: Fields): void {
  for (const subset of items(object, 'subsets')) {
    for (const port of items(subset, 'ports')) fillText(port, { protocol: 'TCP' });
  }
}

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

const endpointsTable = tableOf<V1Endpoints>([nameColumn(), column('Endpoints', endpointsText), ageColumn()]);

/** Endpoints (Kubernetes: `pkg/registry/core/endpoints`). */
export const endpointsModule = defineKind('/Endpoints', {
  strategy: { allowCreateOnUpdate: true, validate: validateEndpoints },
  table: endpointsTable,
  defaults: { v1: defaultEndpoints },
  deprecated: { v1: { since: 'v1.33', replacement: 'discovery.k8s.io/v1 EndpointSlice' } },
  gaps: 'subsets stay as they are written, they are not packed',
});
