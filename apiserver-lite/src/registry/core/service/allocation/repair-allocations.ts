import { AllocationError, type ClusterIpAllocator } from './cluster-ip-allocator.ts';
import type { NodePortAllocator } from './node-port-allocator.ts';
import { isReason } from '../../../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../../../storage/storage.ts';

export interface RepairOptions {
  services: ResourceStorage;
  ipAddresses: ResourceStorage;
  clusterIps: ClusterIpAllocator;
  nodePorts: NodePortAllocator;
  /** Milliseconds since the epoch. */
  nowMs: number;
}

interface ServiceSpec {
  clusterIPs?: string[];
  ports?: { nodePort?: number }[];
  healthCheckNodePort?: number;
}

/** An address younger than this may belong to a Service that is just being written. */
const graceMs = 60_000;

const everything = {
  namespace: '',
  resourceVersion: '',
  resourceVersionMatch: '' as const,
  limit: 0,
  continueToken: '',
};

/**
 * Brings the books back in line with the Services (Kubernetes: `ipallocator/controller`,
 * `portallocator/controller`): what a Service uses is taken; addresses that nobody uses, left by a crash
 * between two writes, are free again.
 */
export async function repairAllocations(options: RepairOptions): Promise<void> {
  const { services, ipAddresses, clusterIps, nodePorts, nowMs } = options;
  // The addresses first: one that is given after this moment is not judged.
  const leased = await ipAddresses.list(everything);
  const used = new Set<string>();
  for (const { object } of (await services.list(everything)).items) {
    const spec = (object['spec'] ?? {}) as ServiceSpec;
    const ref = { namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
    for (const address of spec.clusterIPs ?? []) {
      if (address === '' || address === 'None') continue;
      used.add(address);
      await unlessTaken(clusterIps.take(address, ref));
    }
    const ports = [...(spec.ports ?? []).map(({ nodePort }) => nodePort), spec.healthCheckNodePort];
    for (const port of ports) if (port) await unlessTaken(nodePorts.take([port]));
  }
  for (const { object, revision } of leased.items) {
    const { name = '', labels = {}, creationTimestamp } = object.metadata;
    const mine = labels['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io';
    if (!mine || used.has(name) || nowMs - Date.parse(creationTimestamp ?? '') < graceMs) continue;
    try {
      await ipAddresses.delete(
        { namespace: '', name },
        { preconditions: { resourceVersion: String(revision) } },
      );
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  }
}

async function unlessTaken(attempt: Promise<void>): Promise<void> {
  try {
    await attempt;
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
  }
}
