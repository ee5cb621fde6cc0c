import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import { familyOf, type IpFamily } from './allocation/ip-range.ts';
import { sameClusterIps, sameIpFamilies } from './ip-family-fields.ts';

/** Headless ones have an address, too: none. */
export const hasClusterIps = ({ type }: V1ServiceSpec) => type !== 'ExternalName';
/** Whether a Service of this type has node ports. */
export const hasNodePorts = ({ type }: V1ServiceSpec) => type === 'NodePort' || type === 'LoadBalancer';
/** Whether the Service needs a health check node port. */
export const hasHealthCheck = ({ type, externalTrafficPolicy }: V1ServiceSpec) =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

const isExternal = (spec: V1ServiceSpec) =>
  hasNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);

/** Ports of the Service on the nodes, without the one for health checks. */
export function nodePortsOf({ ports = [] }: V1ServiceSpec): number[] {
  return ports.map(({ nodePort }) => nodePort ?? 0).filter((port) => port > 0);
}

/** What a client left out of an update stays as it is: written again, a manifest changes nothing. */
export function keepAllocations(spec: V1ServiceSpec, old: V1ServiceSpec): void {
  if (hasClusterIps(old) && hasClusterIps(spec)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if (!spec.clusterIPs?.length && old.clusterIPs?.length) {
      spec.clusterIPs = [...old.clusterIPs];
    }
  }
  if (hasNodePorts(old) && hasNodePorts(spec)) keepNodePorts(spec, old);
  if (hasHealthCheck(old) && hasHealthCheck(spec) && !spec.healthCheckNodePort && old.healthCheckNodePort) {
    spec.healthCheckNodePort = old.healthCheckNodePort;
  }
}

/** A port is known by its name, whatever else of it changes. */
function keepNodePorts(spec: V1ServiceSpec, old: V1ServiceSpec): void {
  const wanted = new Set(nodePortsOf(spec));
  const byName = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
  for (const port of spec.ports ?? []) {
    if (port.nodePort) continue;
    const before = byName.get(port.name ?? '');
    if (before && !wanted.has(before)) port.nodePort = before;
  }
}

/**
 * clusterIP and clusterIPs say the same, whichever of them the client knows (Kubernetes:
 * `normalizeClusterIPs`).
 */
export function normalizeClusterIps(spec: V1ServiceSpec, old: V1ServiceSpec | undefined): void {
  if (old === undefined) {
    if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
    return;
  }
  const same = (old.clusterIP ?? '') === (spec.clusterIP ?? '');
  if (same && old.clusterIPs?.length && !spec.clusterIPs?.length) spec.clusterIPs = [...old.clusterIPs];
  if (same || !sameClusterIps(old, spec)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}

/** What was stored before Services had families gets them, and the list of its addresses. */
export function completeOldFields(spec: V1ServiceSpec, primary: IpFamily): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
  if (!hasClusterIps(spec) || spec.ipFamilies?.length) return;
  if (spec.clusterIP !== 'None') {
    spec.ipFamilies = (spec.clusterIPs ?? []).map(familyOf);
    spec.ipFamilyPolicy = spec.ipFamilies.length > 1 ? 'RequireDualStack' : 'SingleStack';
  } else if (Object.keys(spec.selector ?? {}).length > 0) {
    spec.ipFamilies = [primary];
    spec.ipFamilyPolicy = 'SingleStack';
  } else {
    spec.ipFamilies = [primary, primary === 'IPv4' ? 'IPv6' : 'IPv4'];
    spec.ipFamilyPolicy = 'RequireDualStack';
  }
}

/**
 * What a Service of another type has no use for goes, unless the client changed it, too: then validation says
 * what is wrong (Kubernetes: `service.dropTypeDependentFields`).
 */
export function dropForeignFields(spec: V1ServiceSpec, old: V1ServiceSpec): void {
  if (hasClusterIps(old) && !hasClusterIps(spec)) {
    if ((old.clusterIP ?? '') === (spec.clusterIP ?? '') && sameClusterIps(old, spec)) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    if (sameIpFamilies(old, spec)) delete spec.ipFamilies;
    if (old.ipFamilyPolicy === spec.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  }
  const before = new Set(nodePortsOf(old));
  if (
    hasNodePorts(old) &&
    !hasNodePorts(spec) &&
    nodePortsOf(spec).every((nodePort) => before.has(nodePort))
  ) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  const sameField = (field: keyof V1ServiceSpec) => (old[field] ?? '') === (spec[field] ?? '');
  if (hasHealthCheck(old) && !hasHealthCheck(spec) && sameField('healthCheckNodePort')) {
    delete spec.healthCheckNodePort;
  }
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    if (sameField('allocateLoadBalancerNodePorts')) delete spec.allocateLoadBalancerNodePorts;
    if (sameField('loadBalancerClass')) delete spec.loadBalancerClass;
  }
  if (isExternal(old) && !isExternal(spec) && sameField('externalTrafficPolicy')) {
    delete spec.externalTrafficPolicy;
  }
}
