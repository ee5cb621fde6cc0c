import type {
  CoreV1EndpointPort,
  DiscoveryV1EndpointPort,
  V1Endpoints,
  V1EndpointSlice,
  V1Ingress,
  V1IngressClass,
  V1IPAddress,
  V1NetworkPolicy,
  V1Service,
  V1ServiceCIDR,
} from '@kubernetes/client-node';
import { formatLabelSelector } from '../generic/label-selector.ts';
import type { TableConvertor } from '../rest.ts';
import { ageColumn, column, nameColumn, tableOf } from './column.ts';

const wide = { priority: 1 };
const none = '<none>';

function ingressAddresses(points: { ip?: string; hostname?: string }[] = []): string {
  const text = points
    .map(({ ip, hostname }) => ip || hostname || '')
    .filter((address) => address !== '')
    .join(',');
  return text;
}

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
    default:
      return external.join(',') || none;
  }
}

function servicePorts({ spec }: V1Service): string {
  const ports = (spec?.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return ports.join(',') || none;
}

const service = tableOf<V1Service>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] || spec?.clusterIP || none),
  column('External-IP', externalIp),
  column('Port(s)', servicePorts),
  ageColumn(),
  column('Selector', ({ spec }) => formatLabelSelector(spec?.selector) || none, wide),
]);

const shownEndpoints = 3;

function endpointsText({ subsets = [] }: V1Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports }) =>
    (ports === undefined || ports.length === 0 ? [undefined] : ports).flatMap(
      (port: CoreV1EndpointPort | undefined) =>
        addresses.map(({ ip }) =>
          port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`,
        ),
    ),
  );
  if (all.length === 0) return none;
  const shown = all.slice(0, shownEndpoints).join(',');
  return all.length > shownEndpoints ? `${shown} + ${all.length - shownEndpoints} more...` : shown;
}

const endpoints = tableOf<V1Endpoints>([nameColumn(), column('Endpoints', endpointsText), ageColumn()]);

function sliceText(all: readonly string[], unset: string): string {
  if (all.length === 0) return unset;
  const shown = all.slice(0, shownEndpoints).join(',');
  return all.length > shownEndpoints ? `${shown} + ${all.length - shownEndpoints} more...` : shown;
}

const endpointSlice = tableOf<V1EndpointSlice>([
  nameColumn(),
  column('AddressType', ({ addressType }) => addressType),
  column('Ports', ({ ports }) =>
    sliceText(
      (ports ?? []).map(({ port, name }: DiscoveryV1EndpointPort) => String(port ?? name ?? '*')),
      '<unset>',
    ),
  ),
  column('Endpoints', ({ endpoints }) =>
    sliceText(
      (endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
      '<unset>',
    ),
  ),
  ageColumn(),
]);

function ingressHosts({ spec }: V1Ingress): string {
  const hosts = (spec?.rules ?? []).map(({ host }) => host || '*');
  if (hosts.length === 0) return '*';
  const shown = hosts.slice(0, 3).join(',');
  return hosts.length > 3 ? `${shown} + ${hosts.length - 3} more...` : shown;
}

const ingress = tableOf<V1Ingress>([
  nameColumn(),
  column('Class', ({ spec }) => spec?.ingressClassName ?? none),
  column('Hosts', ingressHosts),
  column('Address', ({ status }) => ingressAddresses(status?.loadBalancer?.ingress)),
  column('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  ageColumn(),
]);

const ingressClass = tableOf<V1IngressClass>([
  nameColumn(),
  column('Controller', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', ({ spec }) => {
    const { parameters } = spec ?? {};
    if (parameters === undefined) return none;
    const group = parameters.apiGroup ? `.${parameters.apiGroup}` : '';
    return `${parameters.kind}${group}/${parameters.name}`;
  }),
  ageColumn(),
]);

const networkPolicy = tableOf<V1NetworkPolicy>([
  nameColumn(),
  column('Pod-Selector', ({ spec }) => formatLabelSelector(spec?.podSelector) || none),
  ageColumn(),
]);

const ipAddress = tableOf<V1IPAddress>([
  nameColumn(),
  column('ParentRef', ({ spec }) => {
    const { group = '', resource = '', namespace = '', name = '' } = spec?.parentRef ?? {};
    const kind = group === '' ? resource : `${resource}.${group}`;
    return [kind, namespace, name].filter((part) => part !== '').join('/');
  }),
]);

const serviceCidr = tableOf<V1ServiceCIDR>([
  nameColumn(),
  column('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn(),
]);

/** Tables of what Pods are reached by, by `group/Kind`. */
export const networkTables: Readonly<Record<string, TableConvertor>> = {
  '/Endpoints': endpoints,
  '/Service': service,
  'discovery.k8s.io/EndpointSlice': endpointSlice,
  'networking.k8s.io/IPAddress': ipAddress,
  'networking.k8s.io/Ingress': ingress,
  'networking.k8s.io/IngressClass': ingressClass,
  'networking.k8s.io/NetworkPolicy': networkPolicy,
  'networking.k8s.io/ServiceCIDR': serviceCidr,
};
