import type { V1Ingress } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { ingressAddresses } from './ingress-addresses.ts';

const none = '<none>';

function ingressHosts({ spec }: V1Ingress): string {
  const rules = spec?.rules ?? [];
  const shown: string[] = [];
  // Rules without a host are passed over, and yet counted among those that are not shown.
  for (const { host } of rules) {
    if (shown.length === 3) return `${shown.join(',')} + ${rules.length - 3} more...`;
    if (host) shown.push(host);
  }
  return shown.join(',') || '*';
}

export const ingressTable = tableOf<V1Ingress>([
  nameColumn(),
  column('Class', ({ spec }) => spec?.ingressClassName ?? none),
  column('Hosts', ingressHosts),
  column('Address', ({ status }) => ingressAddresses(status?.loadBalancer?.ingress)),
  column('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  ageColumn(),
]);
