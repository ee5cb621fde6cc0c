import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { ClusterIpAllocator } from './core/service/allocation/cluster-ip-allocator.ts';
import { NodePortAllocator, parsePortRange } from './core/service/allocation/node-port-allocator.ts';
import { ServiceRanges } from './core/service/allocation/service-ranges.ts';
import type { AllocatorMetrics } from '../metrics/allocator-metrics.ts';
import type { RegistryStorages } from './registry-storages.ts';

/** Where node ports are kept; not a served resource (`/registry/ranges/servicenodeports`). */
const portRanges: ResourceInfo = {
  group: '',
  version: 'v1',
  // As metrics call it.
  name: 'servicenodeportallocations',
  singularName: 'rangeallocation',
  kind: 'RangeAllocation',
  namespaced: false,
  shortNames: [],
  categories: [],
  verbs: [],
  storageKeyPrefix: 'ranges',
  storedAs: { group: '', version: 'v1', kind: 'RangeAllocation' },
  servedByDefault: false,
  subresources: [],
};

/** What allocators are made of. */
export interface ServiceAllocatorOptions {
  storages: RegistryStorages;
  /** One range, or one of each IP family. Default 10.96.0.0/12. */
  clusterIpRange: string | undefined;
  /** Default 30000-32767. */
  nodePortRange: string | undefined;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** As Math.random. */
  random: () => number;
  /** Default: nothing is counted. */
  metrics?: AllocatorMetrics | undefined;
}

/** Who gives addresses and node ports to Services. */
export interface ServiceAllocators {
  clusterIps: ClusterIpAllocator;
  nodePorts: NodePortAllocator;
}

/** The allocators of a server; nothing is read or written yet. Throws for ranges that are none. */
export function serviceAllocators({
  storages,
  clusterIpRange = '10.96.0.0/12',
  nodePortRange = '30000-32767',
  clock,
  random,
  metrics,
}: ServiceAllocatorOptions): ServiceAllocators {
  return {
    clusterIps: new ClusterIpAllocator({
      storage: storages.of('networking.k8s.io', 'ipaddresses'),
      ranges: new ServiceRanges(clusterIpRange, storages.of('networking.k8s.io', 'servicecidrs')),
      clock,
      random,
      metrics,
    }),
    nodePorts: new NodePortAllocator({
      storage: storages.forResource(portRanges),
      range: parsePortRange(nodePortRange),
      random,
      metrics,
    }),
  };
}
