import type { V1Service } from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../../fields/label-selector-text.ts';
import { ingressAddresses } from '../../networking/ingress/ingress-addresses.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

const wide = { priority: 1 };

function externalIp({ spec, status }: V1Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ExternalName':
      return spec.externalName ?? '';
    case 'LoadBalancer': {
      const balanced = ingressAddresses(status?.loadBalancer?.ingress);
      if (balanced !== '') return [balanced, ...external].join(',');
      return external.length > 0 ? external.join(',') : '<pending>';
    }
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || none;
    default:
      return '<unknown>';
  }
}

function servicePorts({ spec }: V1Service): string {
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return ports.join(',') || none;
}

export const serviceTable = tableOf<V1Service>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] ?? none),
  column('External-IP', externalIp),
  column('Port(s)', servicePorts),
  ageColumn(),
  column('Selector', ({ spec }) => formatLabelSelector(spec?.selector) || none, wide),
]);
