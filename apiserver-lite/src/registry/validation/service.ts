import { isIP } from 'node:net';
import type { V1ServicePort, V1ServiceSpec } from '@kubernetes/client-node';
import type { FieldError } from '../../server/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from './field-errors.ts';
import { dns1123Label, dns1123Subdomain, validPortName, validPortNumber } from './formats.ts';
import { validateLabels } from './metadata.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const affinities = ['ClientIP', 'None'];
const badIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

function validatePort(port: V1ServicePort, field: string, needsName: boolean): FieldError[] {
  const findings: FieldError[] = [];
  if (needsName && !port.name) findings.push(required(`${field}.name`));
  else if (port.name) findings.push(...invalidEach(`${field}.name`, port.name, dns1123Label(port.name)));
  findings.push(...invalidEach(`${field}.port`, port.port ?? 0, validPortNumber(port.port ?? 0)));
  if (!port.protocol) findings.push(required(`${field}.protocol`));
  else if (!protocols.includes(port.protocol))
    findings.push(notSupported(`${field}.protocol`, port.protocol, protocols));
  const target: unknown = port.targetPort;
  if (typeof target === 'number')
    findings.push(...invalidEach(`${field}.targetPort`, target, validPortNumber(target)));
  else if (typeof target === 'string') {
    findings.push(...invalidEach(`${field}.targetPort`, target, validPortName(target)));
  }
  return findings;
}

function validatePorts(spec: V1ServiceSpec): FieldError[] {
  const { ports = [], type, clusterIP } = spec;
  const findings: FieldError[] = [];
  if (ports.length === 0 && clusterIP !== 'None' && type !== 'ExternalName')
    findings.push(required('spec.ports'));
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    findings.push(...validatePort(port, path, ports.length > 1));
    if (port.name && names.has(port.name)) findings.push(duplicate(`${path}.name`, port.name));
    names.add(port.name ?? '');
    const id = `${port.port}/${port.protocol ?? ''}`;
    if (numbers.has(id)) findings.push(duplicate(path, { port: port.port, protocol: port.protocol }));
    numbers.add(id);
    if (!port.nodePort) continue;
    if (type === 'ClusterIP' || type === 'ExternalName') {
      findings.push(forbiddenField(`${path}.nodePort`, `may not be used when \`type\` is '${type}'`));
    }
    const used = `${port.nodePort}/${port.protocol ?? ''}`;
    if (nodePorts.has(used)) findings.push(duplicate(`${path}.nodePort`, port.nodePort));
    nodePorts.add(used);
  }
  return findings;
}

/** A Service's spec (Kubernetes: `core/validation.ValidateService`). */
export function validateService(spec: V1ServiceSpec): FieldError[] {
  const findings = validatePorts(spec);
  const { type, clusterIP, clusterIPs = [], externalName, sessionAffinity, externalIPs = [] } = spec;
  if (!type) findings.push(required('spec.type'));
  else if (!types.includes(type)) findings.push(notSupported('spec.type', type, types));
  if (type === 'LoadBalancer' && clusterIP === 'None') {
    findings.push(
      invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"),
    );
  }
  if (type === 'NodePort' && clusterIP === 'None') {
    findings.push(
      invalidValue('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services"),
    );
  }
  if (type === 'ExternalName') {
    if (clusterIPs.length > 0) {
      findings.push(forbiddenField('spec.clusterIPs[0]', 'may not be set for ExternalName services'));
    }
    if (!externalName) findings.push(required('spec.externalName'));
    else {
      const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
      findings.push(...invalidEach('spec.externalName', externalName, dns1123Subdomain(name)));
    }
  }
  if (clusterIP && clusterIP !== 'None' && isIP(clusterIP) === 0) {
    findings.push(invalidValue('spec.clusterIPs[0]', clusterIP, badIp));
  }
  findings.push(...validateLabels(spec.selector, 'spec.selector'));
  if (!sessionAffinity) findings.push(required('spec.sessionAffinity'));
  else if (!affinities.includes(sessionAffinity)) {
    findings.push(notSupported('spec.sessionAffinity', sessionAffinity, affinities));
  }
  for (const [index, address] of externalIPs.entries()) {
    if (isIP(address) === 0) findings.push(invalidValue(`spec.externalIPs[${index}]`, address, badIp));
  }
  const policies = ['Cluster', 'Local'];
  for (const field of ['externalTrafficPolicy', 'internalTrafficPolicy'] as const) {
    const value = spec[field];
    if (value && !policies.includes(value)) findings.push(notSupported(`spec.${field}`, value, policies));
  }
  return findings;
}

/** A Service keeps its address while it has one. */
export function validateServiceUpdate(next: V1ServiceSpec, old: V1ServiceSpec): FieldError[] {
  if (next.type === 'ExternalName' || old.type === 'ExternalName') return [];
  const findings: FieldError[] = [];
  const [before] = old.clusterIPs ?? [];
  const [now] = next.clusterIPs ?? [];
  if (before !== undefined && before !== now) {
    findings.push(
      now === undefined
        ? invalidValue('spec.clusterIPs[0]', next.clusterIPs ?? [], 'primary clusterIP can not be unset')
        : invalidValue('spec.clusterIPs[0]', next.clusterIPs, 'may not change once set'),
    );
  }
  const [family] = old.ipFamilies ?? [];
  if (family !== undefined && next.ipFamilies?.[0] !== family) {
    findings.push(invalidValue('spec.ipFamilies[0]', next.ipFamilies?.[0], 'may not change once set'));
  }
  if (
    old.type === 'LoadBalancer' &&
    next.type === 'LoadBalancer' &&
    !isSame(next.loadBalancerClass, old.loadBalancerClass)
  ) {
    findings.push(invalidValue('spec.loadBalancerClass', next.loadBalancerClass, 'may not change once set'));
  }
  return findings;
}
