import type { Lessor } from '../lease/lessor.ts';
import type { Store } from '../mvcc/store.ts';
import type { Upkeep } from '../snapshot/upkeep.ts';
import { type ClusterService, createClusterService } from './cluster-service.ts';
import { createElectionService, type ElectionService } from './concurrency/election-service.ts';
import { createLockService, type LockService } from './concurrency/lock-service.ts';
import { createKvService, type KvService } from './kv-service.ts';
import { createLeaseService, type LeaseService } from './lease-service.ts';
import { createMaintenanceService, type MaintenanceService } from './maintenance/maintenance-service.ts';
import { createFillHeader } from './response-header.ts';
import { createWatchService, type WatchService } from './watch-service.ts';

/** All of etcd's services that this server has, whatever way a request comes in: gRPC, HTTP or a call in process. */
export interface Services {
  readonly kv: KvService;
  readonly watch: WatchService;
  readonly lease: LeaseService;
  readonly maintenance: MaintenanceService;
  readonly cluster: ClusterService;
  readonly lock: LockService;
  readonly election: ElectionService;
}

export interface ServicesOptions {
  store: Store;
  lessor: Lessor;
  upkeep: Upkeep;
  /** The etcd version that clients are told. */
  version: string;
  maxTxnOps: number;
  maxRequestBytes: number;
  quotaBytes: number;
  watchProgressIntervalMs: number;
}

/** What gRPC may add to a request beyond `maxRequestBytes` (etcd: grpcOverheadBytes). */
export const grpcOverheadBytes = 512 * 1024;

/** Builds the services over a store and its leases. */
export function createServices(options: ServicesOptions): Services {
  const { store, lessor, upkeep, maxTxnOps, maxRequestBytes, version, quotaBytes } = options;
  const fillHeader = createFillHeader(store);
  const kv = createKvService({ store, fillHeader, maxTxnOps, maxRequestBytes });
  const lease = createLeaseService(lessor, fillHeader);
  return {
    kv,
    watch: createWatchService(store, {
      maxResponseBytes: maxRequestBytes + grpcOverheadBytes,
      progressIntervalMs: options.watchProgressIntervalMs,
    }),
    lease,
    maintenance: createMaintenanceService({ store, upkeep, version, quotaBytes }),
    cluster: createClusterService(store),
    lock: createLockService({ kv, lease, store }),
    election: createElectionService({ kv, lease, store }),
  };
}
