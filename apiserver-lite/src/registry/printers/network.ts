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
} from '@pg8s/k8s-proto/generated/models';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import type { TableConvertor } from '../rest.ts';
import { age, ageColumn, column, nameColumn, shortList, tableOf } from '../table/column.ts';

const wide = { priority: 1 };
const none = '<none>';

function ingressAddresses(points: { ip?: string; hostname?: string }[] = []): string {
  const addresses = points.map(({ ip, hostname }) => ip || hostname || '').filter((text) => text !== '');
  return [...new Set(addresses)].sort().join(',');
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

const service = tableOf<V1Service>([
  nameColumn(),
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('Cluster-IP', ({ spec }) => spec?.clusterIPs?.[0] ?? none),
  column('External-IP', externalIp),
  column('Port(s)', servicePorts),
  ageColumn(),
  column('Selector', ({ spec }) => formatLabelSelector(spec?.selector) || none, wide),
]);

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

const endpoints = tableOf<V1Endpoints>([nameColumn(), column('Endpoints', endpointsText), ageColumn()]);

const orUnset = (text: string) => text || '<unset>';

const endpointSlice = tableOf<V1EndpointSlice>([
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

const ingress = tableOf<V1Ingress>([
  nameColumn(),
  column('Class', ({ spec }) => spec?.ingressClassName ?? none),
  column('Hosts', ingressHosts),
  column('Address', ({ status }) => ingressAddresses(status?.loadBalancer?.ingress)),
  column('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  ageColumn(),
]);

const ingressClass = tableOf<V1IngressClass>([
  nameColumn(
    ({ metadata }) => metadata?.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  ),
  column('Controller', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', ({ spec }) => {
    const { parameters } = spec ?? {};
    if (parameters === undefined) return none;
    const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return `${parameters.kind}${group}/${parameters.name}`;
  }),
  ageColumn(),
]);

const networkPolicy = tableOf<V1NetworkPolicy>([
  nameColumn(),
  column('Pod-Selector', ({ spec }) => formatLabelSelector(spec?.podSelector) || none),
  ageColumn(),
]);

const ipAddressColumns = tableOf<V1IPAddress>([
  nameColumn(),
  column('ParentRef', ({ spec }) => {
    if (!spec?.parentRef) return none;
    const { group = '', resource = '', namespace = '', name = '' } = spec.parentRef;
    const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
    return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  }),
]);

/** kube-apiserver's rows have the age as a third cell, though no column is defined for it. */
const ipAddress: TableConvertor = {
  ...ipAddressColumns,
  cells: (object, nowMs) => [
    ...ipAddressColumns.cells(object, nowMs),
    age(object.metadata.creationTimestamp, nowMs),
  ],
};

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
