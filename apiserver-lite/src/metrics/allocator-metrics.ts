import type { MetricRegistry } from './exposition/metric-registry.ts';

/** Whether a certain address or port was asked for, or any. */
export type AllocationScope = 'static' | 'dynamic';

/** What the allocators of Services count; `cidr` is the range of addresses. */
export interface AllocatorMetrics {
  addressAllocated(cidr: string, scope: AllocationScope): void;
  addressFailed(cidr: string, scope: AllocationScope): void;
  /** An attempt took so long. */
  addressTimed(cidr: string, seconds: number): void;
  addressesUsed(cidr: string, counts: { allocated: number; available: number }): void;
  portAllocated(scope: AllocationScope): void;
  portFailed(scope: AllocationScope): void;
  portsUsed(counts: { allocated: number; available: number }): void;
}

/** prometheus/client_golang: `DefBuckets`. */
const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The allocators' metrics by kube-apiserver's names (`registry/core/service/{ip,port}allocator`). */
export function allocatorMetrics(registry: MetricRegistry): AllocatorMetrics {
  const address = (name: string) => `kube_apiserver_clusterip_allocator_${name}`;
  const port = (name: string) => `kube_apiserver_nodeport_allocator_${name}`;
  const allocatedIps = registry.gauge({
    name: address('allocated_ips'),
    help: '[ALPHA] Gauge measuring the number of allocated IPs for Services',
    labels: ['cidr'],
  });
  const availableIps = registry.gauge({
    name: address('available_ips'),
    help: '[ALPHA] Gauge measuring the number of available IPs for Services',
    labels: ['cidr'],
  });
  const ips = registry.counter({
    name: address('allocation_total'),
    help: '[ALPHA] Number of Cluster IPs allocations',
    labels: ['cidr', 'scope'],
  });
  const ipErrors = registry.counter({
    name: address('allocation_errors_total'),
    help: '[ALPHA] Number of errors trying to allocate Cluster IPs',
    labels: ['cidr', 'scope'],
  });
  const ipDurations = registry.histogram({
    name: address('allocation_duration_seconds'),
    help: '[ALPHA] Duration in seconds to allocate a Cluster IP by ServiceCIDR',
    labels: ['cidr'],
    buckets: defaultBuckets,
  });
  const ports = registry.counter({
    name: port('allocation_total'),
    help: '[ALPHA] Number of NodePort allocations',
    labels: ['scope'],
  });
  const portErrors = registry.counter({
    name: port('allocation_errors_total'),
    help: '[ALPHA] Number of errors trying to allocate NodePort',
    labels: ['scope'],
  });
  const allocatedPorts = registry
    .gauge({
      name: port('allocated_ports'),
      help: '[ALPHA] Gauge measuring the number of allocated NodePorts for Services',
    })
    .with();
  const availablePorts = registry
    .gauge({
      name: port('available_ports'),
      help: '[ALPHA] Gauge measuring the number of available NodePorts for Services',
    })
    .with();
  return {
    addressAllocated: (cidr, scope) => ips.with(cidr, scope).inc(),
    addressFailed: (cidr, scope) => ipErrors.with(cidr, scope).inc(),
    addressTimed: (cidr, seconds) => ipDurations.with(cidr).observe(seconds),
    addressesUsed(cidr, { allocated, available }) {
      allocatedIps.with(cidr).set(allocated);
      availableIps.with(cidr).set(available);
    },
    portAllocated: (scope) => ports.with(scope).inc(),
    portFailed: (scope) => portErrors.with(scope).inc(),
    portsUsed({ allocated, available }) {
      allocatedPorts.set(allocated);
      availablePorts.set(available);
    },
  };
}
