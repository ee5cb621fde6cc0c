import type { V1ServicePort, V1ServiceSpec } from '@kubernetes/client-node';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { internalError, invalid, type FieldError } from '../../../server/status-error.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { keepField, kindStrategy } from '../../generic/kind-strategy.ts';
import type { KindDependencies, KindModule } from '../../kind-module.ts';
import { tables } from '../../printers/tables.ts';
import { selectableFields } from '../../selectable-fields.ts';
import type { Finish } from '../../strategy.ts';
import { invalidValue } from '../../validation/field-errors.ts';
import { label1035Name } from '../../validation/names.ts';
import { validateService } from '../../validation/network/service.ts';
import { validateClusterIps, validateServiceUpdate } from '../../validation/network/service-addresses.ts';
import { ipVersion } from '../../validation/ip.ts';
import { AllocationError } from './cluster-ip-allocator.ts';

interface Service extends KubeObject {
  spec: V1ServiceSpec;
}

const kind = { group: '', kind: 'Service' };

const needsClusterIp = ({ type, clusterIP }: V1ServiceSpec) =>
  type !== 'ExternalName' && clusterIP !== 'None';
const needsNodePorts = ({ type, allocateLoadBalancerNodePorts }: V1ServiceSpec) =>
  type === 'NodePort' || (type === 'LoadBalancer' && allocateLoadBalancerNodePorts !== false);

function addressesOf({ clusterIP, clusterIPs }: V1ServiceSpec): string[] {
  const all = clusterIPs ?? (clusterIP ? [clusterIP] : []);
  return all.filter((address) => address !== '' && address !== 'None');
}

function nodePortsOf({ ports = [], healthCheckNodePort }: V1ServiceSpec): number[] {
  const all = [...ports.map(({ nodePort }) => nodePort), healthCheckNodePort];
  return [...new Set(all.filter((port): port is number => port !== undefined && port > 0))];
}

/** clusterIP and clusterIPs say the same. */
function syncClusterIps(spec: V1ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
  const [first] = spec.clusterIPs ?? [];
  if (first !== undefined && !spec.clusterIP) spec.clusterIP = first;
}

/** One family, one address. */
function completeIpFields(spec: V1ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

/** Addresses come from one range of IPv4: what asks for another family is refused. */
function refuseOtherFamilies(spec: V1ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const findings = validateClusterIps(spec);
  if (findings.length > 0) return findings;
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    findings.push(invalidValue('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail));
  }
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    if (ipVersion(address) !== 6) continue;
    const detail = 'may not use IPv6 on a cluster which is not configured for it';
    findings.push(invalidValue(`spec.clusterIPs[${index}]`, spec.clusterIPs, detail));
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (family === 'IPv4') continue;
    if (spec.clusterIP === 'None' && (spec.selector === undefined || Object.keys(spec.selector).length === 0))
      continue;
    findings.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  }
  return findings;
}

/** What a Service no longer is, it no longer has (Kubernetes: `service.dropTypeDependentFields`). */
function dropForeignFields(spec: V1ServiceSpec, old: V1ServiceSpec): void {
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const)
      delete spec[field];
  }
  const portsUnchanged = (ports: V1ServicePort[] = []) =>
    ports.every(({ nodePort }) => !nodePort || (old.ports ?? []).some((port) => port.nodePort === nodePort));
  if (
    !needsNodePorts(spec) &&
    needsNodePorts(old) &&
    spec.type !== 'LoadBalancer' &&
    portsUnchanged(spec.ports)
  ) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (spec.type !== 'LoadBalancer' && old.type === 'LoadBalancer') {
    delete spec.allocateLoadBalancerNodePorts;
    delete spec.loadBalancerClass;
  }
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') {
    if (old.externalTrafficPolicy === spec.externalTrafficPolicy) delete spec.externalTrafficPolicy;
    delete spec.healthCheckNodePort;
  }
}

/** What a client left out of an update stays as it is (Kubernetes: `service.patchAllocatedValues`). */
function keepAllocations(spec: V1ServiceSpec, old: V1ServiceSpec): void {
  if (needsClusterIp(spec) && needsClusterIp(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs ?? []).length === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs) {
      spec.clusterIPs = [...old.clusterIPs];
    }
    spec.ipFamilies ??= copyOf(old.ipFamilies ?? ['IPv4']);
    if (old.ipFamilyPolicy) spec.ipFamilyPolicy ??= old.ipFamilyPolicy;
  }
  if (!needsNodePorts(spec) || !needsNodePorts(old)) return;
  const wanted = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of spec.ports ?? []) {
    if (port.nodePort) continue;
    const same = (old.ports ?? []).find(
      (other) => other.port === port.port && (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (same?.nodePort && !wanted.has(same.nodePort)) port.nodePort = same.nodePort;
  }
}

/** Addresses and ports taken by one request, given back if it fails, and others to give back if it succeeds. */
async function allocate(
  { clusterIps, nodePorts }: KindDependencies,
  service: Service,
  old: Service | undefined,
  dryRun: boolean,
): Promise<Finish> {
  const { spec, metadata } = service;
  const ref = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
  const takenAddresses: string[] = [];
  const takenPorts: number[] = [];
  const giveBack = async (addresses: readonly string[], ports: readonly number[]) => {
    for (const address of addresses) await clusterIps.release(address, ref);
    await nodePorts.release(ports);
  };
  const refuse = async (field: string, value: unknown, error: unknown): Promise<never> => {
    await giveBack(takenAddresses, takenPorts);
    if (!(error instanceof AllocationError)) throw error;
    throw invalid(kind, ref.name, [invalidValue(field, value, error.message)]);
  };
  const oldAddresses = old === undefined ? [] : addressesOf(old.spec);
  syncClusterIps(spec);
  const families = refuseOtherFamilies(spec);
  if (families.length > 0) throw invalid(kind, ref.name, families);
  if (needsClusterIp(spec)) {
    completeIpFields(spec);
    const wanted = addressesOf(spec);
    try {
      for (const address of wanted) {
        if (oldAddresses.includes(address) || dryRun) continue;
        await clusterIps.take(address, ref);
        takenAddresses.push(address);
      }
      if (wanted.length === 0 && !dryRun) {
        const address = await clusterIps.next(ref);
        takenAddresses.push(address);
        spec.clusterIP = address;
        spec.clusterIPs = [address];
      }
    } catch (error) {
      if (wanted.length === 0 && error instanceof AllocationError) {
        throw internalError(`failed to allocate a serviceIP: ${error.message}`);
      }
      const explained =
        error instanceof AllocationError
          ? new AllocationError(`failed to allocate IP ${wanted[0] ?? ''}: ${error.message}`)
          : error;
      await refuse('spec.clusterIPs', spec.clusterIPs ?? [], explained);
    }
  } else if (spec.clusterIP === 'None') completeIpFields(spec);

  const oldPorts = old === undefined ? [] : nodePortsOf(old.spec);
  const shared = new Map<string, number>();
  for (const [index, port] of (spec.ports ?? []).entries()) {
    if (dryRun) break;
    if (!port.nodePort && !needsNodePorts(spec)) continue;
    try {
      // TCP and UDP of one port number share a node port.
      const twin = shared.get(String(port.port));
      if (!port.nodePort && twin !== undefined) port.nodePort = twin;
      else if (!port.nodePort) {
        port.nodePort = await nodePorts.next();
        takenPorts.push(port.nodePort);
      } else if (!oldPorts.includes(port.nodePort) && !takenPorts.includes(port.nodePort)) {
        await nodePorts.take([port.nodePort]);
        takenPorts.push(port.nodePort);
      }
      if (port.nodePort) shared.set(String(port.port), port.nodePort);
    } catch (error) {
      await refuse(`spec.ports[${index}].nodePort`, port.nodePort ?? 0, error);
    }
  }
  if (
    spec.type === 'LoadBalancer' &&
    spec.externalTrafficPolicy === 'Local' &&
    !spec.healthCheckNodePort &&
    !dryRun
  ) {
    spec.healthCheckNodePort = await nodePorts.next();
    takenPorts.push(spec.healthCheckNodePort);
  }
  const keptAddresses = addressesOf(spec);
  const keptPorts = nodePortsOf(spec);
  return (success) =>
    success
      ? giveBack(
          oldAddresses.filter((address) => !keptAddresses.includes(address)),
          oldPorts.filter((port) => !keptPorts.includes(port)),
        )
      : giveBack(takenAddresses, takenPorts);
}

/** Services get cluster IPs and node ports when they are written, and lose them when they go. */
export const serviceModule: KindModule = {
  strategy: (dependencies) =>
    kindStrategy({
      ...kind,
      namespaced: true,
      validateName: label1035Name,
      emptyStatus: { loadBalancer: {} },
      beginCreate: (object, request) => allocate(dependencies, object as Service, undefined, request.dryRun),
      async beginUpdate(object, old, request) {
        const service = object as Service;
        const before = old as Service;
        keepAllocations(service.spec, before.spec);
        dropForeignFields(service.spec, before.spec);
        return allocate(dependencies, service, before, request.dryRun);
      },
      prepareForUpdate(object, old) {
        const { type } = (object as Service).spec;
        if (type === 'LoadBalancer') keepField(object, old, 'status');
        else object['status'] = { loadBalancer: {} };
      },
      validate: validateService,
      validateUpdate: (object, old) => validateServiceUpdate((object as Service).spec, (old as Service).spec),
      async afterDelete(object) {
        const { spec, metadata } = object as Service;
        const ref = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
        for (const address of addressesOf(spec)) await dependencies.clusterIps.release(address, ref);
        await dependencies.nodePorts.release(nodePortsOf(spec));
      },
    }),
  ...(tables['/Service'] === undefined ? {} : { table: tables['/Service'] }),
  ...(selectableFields['/Service'] === undefined ? {} : { selectableFields: selectableFields['/Service'] }),
};
