import { specOf } from '../../fields/spec-and-status.ts';
import type { V1Service, V1ServicePort, V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName, validPortNumber } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateCidr, validateIp, validateOrdinaryIp } from '../../fields/ip.ts';
import { validateLabels } from '../../fields/metadata.ts';
import { validatePortReference } from '../../pod-template/containers/probe.ts';
import { each, oneOf, oneOfIfSet } from '../../fields/rules.ts';
import { onlyForLoadBalancers, validateLoadBalancerClass } from './load-balancer-class.ts';
import { isHeadless, validateClusterIps } from './service-addresses.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const policies = ['Cluster', 'Local'];
const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const maxAffinitySeconds = 86400;

function validatePort(port: V1ServicePort, field: string, names: Set<string> | undefined): FieldError[] {
  const { name, appProtocol, port: number = 0 } = port;
  const findings: FieldError[] = [];
  if (name) {
    findings.push(...invalidEach(`${field}.name`, name, dns1123Label(name)));
    if (names?.has(name)) findings.push(duplicate(`${field}.name`, name));
    names?.add(name);
  } else if (names !== undefined) findings.push(required(`${field}.name`));
  return [
    ...findings,
    ...invalidEach(`${field}.port`, number, validPortNumber(number)),
    ...oneOf(`${field}.protocol`, port.protocol, protocols),
    ...validatePortReference(port.targetPort, `${field}.targetPort`),
    ...(appProtocol === undefined
      ? []
      : invalidEach(`${field}.appProtocol`, appProtocol, qualifiedName(appProtocol))),
  ];
}

function validateType(spec: V1ServiceSpec): FieldError[] {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = spec;
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const foreign = {
    clusterIPs: clusterIPs.length > 0,
    ipFamilies: ipFamilies.length > 0,
    ipFamilyPolicy: ipFamilyPolicy !== undefined,
  };
  const findings = Object.entries(foreign)
    .filter(([, set]) => set)
    .map(([name]) => forbiddenField(`spec.${name}`, 'may not be set for ExternalName services'));
  const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
  return [
    ...findings,
    ...(name === ''
      ? [required('spec.externalName')]
      : invalidEach('spec.externalName', name, dns1123Subdomain(name))),
  ];
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: V1ServiceSpec): FieldError[] {
  const findings = oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const field = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'ClientIP') {
    const absent = (place: string) => [
      ...findings,
      required(place, 'when session affinity type is ClientIP'),
    ];
    if (!config) return absent(field);
    if (!config.clientIP) return absent(`${field}.clientIP`);
    const seconds = config.clientIP.timeoutSeconds ?? undefined;
    const place = `${field}.clientIP.timeoutSeconds`;
    if (seconds === undefined) return absent(place);
    if (seconds <= 0 || seconds > maxAffinitySeconds) {
      findings.push(
        invalidValue(place, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`),
      );
    }
  } else if (sessionAffinity === 'None' && config) {
    findings.push(forbiddenField(field, 'must not be set when session affinity is None'));
  }
  return findings;
}

/** No two ports are the same, neither inside nor on the nodes. */
function validateUniqueness({ ports, type }: V1ServiceSpec): FieldError[] {
  const onNodes = new Set<string>();
  const inside = new Set<string>();
  const findings: FieldError[] = [];
  if (type === 'ClusterIP') {
    findings.push(
      ...each(ports, 'spec.ports', ({ nodePort }, path) =>
        nodePort ? [forbiddenField(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'")] : [],
      ),
    );
  }
  return [
    ...findings,
    ...each(ports, 'spec.ports', ({ nodePort, protocol }, path) => {
      if (!nodePort) return [];
      const found = onNodes.has(`${protocol}/${nodePort}`) ? [duplicate(`${path}.nodePort`, nodePort)] : [];
      onNodes.add(`${protocol}/${nodePort}`);
      return found;
    }),
    ...each(ports, 'spec.ports', ({ port, protocol }, path) => {
      const printed = goValue('core.v1.ServicePort', { protocol, port });
      const found = inside.has(`${protocol}/${port}`) ? [duplicate(path, printed)] : [];
      inside.add(`${protocol}/${port}`);
      return found;
    }),
  ];
}

function validateLoadBalancer(object: V1Service, spec: V1ServiceSpec): FieldError[] {
  const balances = spec.type === 'LoadBalancer';
  const findings: FieldError[] = [];
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const annotation = object.metadata.annotations?.[sourceRanges];
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    if (!balances) findings.push(forbiddenField(field, onlyForLoadBalancers));
    findings.push(...each(ranges, field, (range, path) => validateCidr(path, range.trim())));
  } else if (annotation !== undefined) {
    const field = `metadata.annotations[${sourceRanges}]`;
    if (!balances) findings.push(forbiddenField(field, onlyForLoadBalancers));
    const parts = annotation.trim() === '' ? [] : annotation.split(',');
    findings.push(...parts.flatMap((range) => validateCidr(field, range.trim())));
  }
  if (!balances && spec.allocateLoadBalancerNodePorts !== undefined) {
    findings.push(forbiddenField('spec.allocateLoadBalancerNodePorts', onlyForLoadBalancers));
  }
  return [...findings, ...validateLoadBalancerClass(spec)];
}

function validateTraffic(spec: V1ServiceSpec): FieldError[] {
  const { type, externalTrafficPolicy: external, healthCheckNodePort: health } = spec;
  const outside =
    type === 'LoadBalancer' ||
    type === 'NodePort' ||
    (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
  const findings: FieldError[] = [];
  if (outside) findings.push(...oneOf('spec.externalTrafficPolicy', external, policies));
  else if (external) {
    const detail = 'may only be set for externally-accessible services';
    findings.push(invalidValue('spec.externalTrafficPolicy', external, detail));
  }
  if (health && (type !== 'LoadBalancer' || external !== 'Local')) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    findings.push(invalidValue('spec.healthCheckNodePort', health, detail));
  } else if (health)
    findings.push(...invalidEach('spec.healthCheckNodePort', health, validPortNumber(health)));
  return [
    ...findings,
    ...oneOfIfSet('spec.internalTrafficPolicy', spec.internalTrafficPolicy, policies),
    ...oneOfIfSet('spec.trafficDistribution', spec.trafficDistribution, [
      'PreferClose',
      'PreferSameZone',
      'PreferSameNode',
    ]),
  ];
}

const [topologyMode, topologyHints] = ['topology-mode', 'topology-aware-hints'].map(
  (name) => `service.kubernetes.io/${name}`,
) as [string, string];

/** The annotation has an old name and a new one. */
function validateTopologyMode({ metadata }: V1Service): FieldError[] {
  const mode = metadata.annotations?.[topologyMode];
  const hints = metadata.annotations?.[topologyHints];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const detail = `must match annotations[${topologyHints}] when both are specified`;
  return [invalidValue(`metadata.annotations[${topologyMode}]`, mode, detail)];
}

/** A Service as it is, new or changed (Kubernetes: `core/validation.ValidateService`). */
export function validateService(object: V1Service): FieldError[] {
  const spec = specOf(object);
  const ports = spec.ports ?? [];
  const { type } = spec;
  const names = ports.length > 1 ? new Set<string>() : undefined;
  return [
    ...validateTopologyMode(object),
    ...(ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...validateType(spec),
    ...each(ports, 'spec.ports', (port, path) => validatePort(port, path, names)),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIps(spec),
    ...each(spec.externalIPs, 'spec.externalIPs', (address, path) => {
      const wrong = validateIp(path, address);
      return wrong.length > 0 ? wrong : validateOrdinaryIp(path, address);
    }),
    ...oneOf('spec.type', type, types),
    ...validateUniqueness(spec),
    ...validateLoadBalancer(object, spec),
    ...validateTraffic(spec),
  ];
}
