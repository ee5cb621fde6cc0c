import type { V1ServiceSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { internalError, invalid, type StatusError } from '../../../../api-errors/status-error.ts';
import type { KindDependencies } from '../../../kind-module.ts';
import type { Finish } from '../../../strategy.ts';
import { invalidValue } from '../../../fields/field-errors.ts';
import { AllocationError, type ServiceRef } from './cluster-ip-allocator.ts';
import { completeIpFamilies, staysAsItPrefers } from '../ip-family-fields.ts';
import type { IpFamily } from './ip-range.ts';
import { PortOperation } from './port-operation.ts';
import { hasClusterIps, hasHealthCheck, hasNodePorts, nodePortsOf } from '../service-fields.ts';

/** A Service as an object of the store. */
export interface Service extends KubeObject {
  spec: V1ServiceSpec;
}

/** What takes part in an allocation besides the Service itself. */
export interface AllocationRequest extends Pick<KindDependencies, 'clusterIps' | 'nodePorts'> {
  old?: V1ServiceSpec;
  dryRun: boolean;
}

const kind = { group: '', kind: 'Service' };

/** The addresses that are the Service's own. */
export function addressesOf({ clusterIP, clusterIPs }: V1ServiceSpec): string[] {
  const all = clusterIPs?.length ? clusterIPs : [clusterIP ?? ''];
  return all.filter((address) => address !== '' && address !== 'None');
}

/** All ports that the Service has on the nodes. */
export function allNodePorts(spec: V1ServiceSpec): number[] {
  return [...new Set([...nodePortsOf(spec), spec.healthCheckNodePort ?? 0])].filter((port) => port > 0);
}

/** One attempt to give a Service what it needs; undone as a whole. */
class Allocation {
  readonly #service: Service;
  readonly #request: AllocationRequest;
  readonly #ref: ServiceRef;
  readonly #ports: PortOperation;
  readonly #addresses: string[] = [];

  constructor(service: Service, request: AllocationRequest) {
    this.#service = service;
    this.#request = request;
    this.#ref = { namespace: service.metadata.namespace ?? '', name: service.metadata.name ?? '' };
    this.#ports = new PortOperation(request.nodePorts, request.dryRun);
  }

  async giveAll(): Promise<void> {
    const { spec } = this.#service;
    const { old } = this.#request;
    await this.#giveAddresses();
    if (hasNodePorts(spec)) await (old === undefined ? this.#giveNodePorts() : this.#changeNodePorts(old));
    if (hasHealthCheck(spec) && (old === undefined || !hasHealthCheck(old))) await this.#giveHealthCheck();
  }

  async undo(): Promise<void> {
    await this.#release(this.#addresses);
    await this.#ports.undo();
  }

  /** Gives back what the Service had and has no more. */
  async finish(): Promise<void> {
    const { old, nodePorts, dryRun } = this.#request;
    if (old === undefined || dryRun) return;
    const [addresses, ports] = [addressesOf(this.#service.spec), allNodePorts(this.#service.spec)];
    await this.#release(addressesOf(old).filter((address) => !addresses.includes(address)));
    await nodePorts.release(allNodePorts(old).filter((port) => !ports.includes(port)));
  }

  async #release(addresses: readonly string[]): Promise<void> {
    if (this.#request.dryRun) return;
    for (const address of addresses) await this.#request.clusterIps.release(address, this.#ref);
  }

  /** Missing addresses, in the order of the families; a Service keeps the first as long as it has one. */
  async #giveAddresses(): Promise<void> {
    const { spec } = this.#service;
    const { old } = this.#request;
    if (!hasClusterIps(spec) || staysAsItPrefers(spec, old) || spec.clusterIPs?.[0] === 'None') return;
    const had = old === undefined ? [] : addressesOf(old);
    const addresses = [...(spec.clusterIPs ?? [])];
    for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
      const wanted = addresses[index] ?? '';
      if (wanted !== '' && had.includes(wanted)) continue;
      // Whether another first address is allowed is for validation to say.
      if (old !== undefined && hasClusterIps(old) && index < (old.clusterIPs?.length ?? 0)) continue;
      addresses[index] = await this.#giveAddress(wanted, family as IpFamily);
    }
    if (addresses.length === 0) return;
    spec.clusterIPs = addresses;
    const [first] = addresses;
    if (first !== undefined && !spec.clusterIP) spec.clusterIP = first;
  }

  async #giveAddress(wanted: string, family: IpFamily): Promise<string> {
    const { clusterIps, dryRun } = this.#request;
    const given = this.#service.spec.clusterIPs ?? [];
    try {
      let address = wanted;
      if (dryRun && wanted === '') return await clusterIps.example(family);
      if (dryRun) await clusterIps.check(wanted);
      else if (this.#ref.name === '') throw await this.#unnamed(wanted, family);
      else if (wanted === '') address = await clusterIps.next(family, this.#ref);
      else await clusterIps.take(wanted, this.#ref);
      this.#addresses.push(address);
      return address;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      if (wanted === '') throw internalError(`failed to allocate a serviceIP: ${error.message}`);
      const detail = `failed to allocate IP ${wanted}: ${error.message}`;
      throw invalid(kind, this.#ref.name, [invalidValue('spec.clusterIPs', given, detail)]);
    }
  }

  /**
   * An address belongs to a Service by its name: one without a name is refused for the object that holds the
   * address.
   */
  async #unnamed(wanted: string, family: IpFamily): Promise<StatusError> {
    const address = wanted === '' ? await this.#request.clusterIps.example(family) : wanted;
    const why = `IPAddress.networking.k8s.io "${address}" is invalid: spec.parentRef.name: Required value`;
    const what = wanted === '' ? 'failed to allocate IP' : `failed to allocate IP ${wanted}`;
    return invalid(kind, '', [invalidValue('spec.clusterIPs', [wanted], `${what}: ${why}`)]);
  }

  get #givesAnyPort(): boolean {
    const { type, allocateLoadBalancerNodePorts } = this.#service.spec;
    return type === 'NodePort' || allocateLoadBalancerNodePorts !== false;
  }

  /** Ports of one number over several protocols share a port on the nodes. */
  async #giveNodePorts(): Promise<void> {
    const { ports = [] } = this.#service.spec;
    const shared = new Map<number, number>();
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort && !this.#givesAnyPort) continue;
      const known = shared.get(port.port);
      if (known === undefined) {
        const asked = ports.find(({ port: number, nodePort }) => number === port.port && nodePort)?.nodePort;
        port.nodePort = asked ? await this.#takePort(asked, index) : await this.#nextPort();
        shared.set(port.port, port.nodePort);
      } else if (!port.nodePort) port.nodePort = known;
      else if (port.nodePort !== known) await this.#takePort(port.nodePort, index);
    }
  }

  async #changeNodePorts(old: V1ServiceSpec): Promise<void> {
    const known = new Set(nodePortsOf(old));
    const used = new Set<string>();
    for (const [index, port] of (this.#service.spec.ports ?? []).entries()) {
      if (!port.nodePort && !this.#givesAnyPort) continue;
      if (!port.nodePort) port.nodePort = await this.#nextPort();
      else if (!known.has(port.nodePort)) {
        await this.#takePort(port.nodePort, index);
        known.add(port.nodePort);
      }
      const place = `{${port.protocol ?? 'TCP'} ${port.nodePort}}`;
      if (used.has(place)) throw new Error(`duplicate nodePort: ${place}`);
      used.add(place);
    }
  }

  async #takePort(port: number, index: number): Promise<number> {
    try {
      await this.#ports.take(port);
      return port;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      throw invalid(kind, this.#ref.name, [
        invalidValue(`spec.ports[${index}].nodePort`, port, error.message),
      ]);
    }
  }

  async #nextPort(): Promise<number> {
    try {
      return await this.#ports.next();
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      throw internalError(`failed to allocate a nodePort: ${error.message}`);
    }
  }

  async #giveHealthCheck(): Promise<void> {
    const { spec } = this.#service;
    const asked = spec.healthCheckNodePort;
    try {
      if (asked) await this.#ports.take(asked);
      else spec.healthCheckNodePort = await this.#ports.next();
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      const what = asked ? `requested HealthCheck NodePort ${asked}` : 'a HealthCheck NodePort 0';
      throw internalError(`failed to allocate ${what}: ${error.message}`);
    }
  }
}

/**
 * Gives a Service its families, addresses and ports (Kubernetes: `service/storage/alloc.go`). What it takes
 * is given back if the request fails, and what the old Service has and the new one has not, if it succeeds.
 * @throws StatusError
 */
export async function allocate(service: Service, request: AllocationRequest): Promise<Finish> {
  const findings = completeIpFamilies(service.spec, request.old, request.clusterIps.families);
  if (findings.length > 0) throw invalid(kind, service.metadata.name ?? '', findings);
  const allocation = new Allocation(service, request);
  try {
    await allocation.giveAll();
  } catch (error) {
    await allocation.undo();
    throw error;
  }
  return (success) => (success ? allocation.finish() : allocation.undo());
}
