import { type AuthService, createAuthService } from './auth/auth-service.ts';
import { Authorizer, type Sender } from './authorization/authorizer.ts';
import type { Auth } from '../auth/auth.ts';
import type { Lessor } from '../lease/lessor.ts';
import type { Store } from '../mvcc/store.ts';
import type { Upkeep } from '../snapshot/upkeep.ts';
import { callerPorts } from './authorization/caller-ports.ts';
import { type ClusterService, createClusterService } from './cluster/cluster-service.ts';
import { createElectionService, type ElectionService } from './concurrency/election-service.ts';
import { createLockService, type LockService } from './concurrency/lock-service.ts';
import { createKvService, type KvService } from './kv/kv-service.ts';
import { createLeaseService, type LeaseService } from './lease/lease-service.ts';
import { createMaintenanceService, type MaintenanceService } from './maintenance/maintenance-service.ts';
import { createFillHeader } from './response-header.ts';
import { createWatchService, type WatchService } from './watch/watch-service.ts';

/**
 * All of etcd's services that this server has, whatever way a request comes in: gRPC, HTTP or a call in
 * process.
 */
export interface Services {
  readonly kv: KvService;
  readonly watch: WatchService;
  readonly lease: LeaseService;
  readonly maintenance: MaintenanceService;
  readonly cluster: ClusterService;
  readonly auth: AuthService;
  readonly lock: LockService;
  readonly election: ElectionService;
  /** Identifies and authorizes the senders of requests that are not trusted. */
  readonly authorizer: Authorizer;
  /** Locks and elections as that caller may use them. */
  readonly as: (sender: Sender) => Pick<Services, 'lock' | 'election'>;
}

export interface ServicesOptions {
  store: Store;
  lessor: Lessor;
  upkeep: Upkeep;
  auth: Auth;
  /** The etcd version that `Status` answers. */
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
  const { store, lessor, upkeep, auth, maxTxnOps, maxRequestBytes, version, quotaBytes } = options;
  const fillHeader = createFillHeader(store);
  const kv = createKvService({ store, fillHeader, maxTxnOps, maxRequestBytes });
  const lease = createLeaseService(lessor, fillHeader);
  const concurrency = (ports: {
    kv: KvService;
    lease: LeaseService;
  }): Pick<Services, 'lock' | 'election'> => ({
    lock: createLockService({ ...ports, store }),
    election: createElectionService({ ...ports, store }),
  });
  const trusted = concurrency({ kv, lease });
  const authorizer = new Authorizer(auth);
  return {
    kv,
    watch: createWatchService(store, {
      maxResponseBytes: maxRequestBytes + grpcOverheadBytes,
      progressIntervalMs: options.watchProgressIntervalMs,
    }),
    lease,
    maintenance: createMaintenanceService({ store, upkeep, version, quotaBytes }),
    cluster: createClusterService(store),
    auth: createAuthService(auth, store),
    ...trusted,
    authorizer,
    as: (sender) =>
      sender === 'trusted' ? trusted : concurrency(callerPorts({ kv, lease }, authorizer, sender)),
  };
}
