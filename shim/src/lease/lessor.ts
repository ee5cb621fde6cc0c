import type { AccessCheck } from '../auth/permissions/access-rules.ts';
import type {
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
} from '../etcdserverpb/types.ts';

/**
 * No lease lives shorter than this (etcd: minTTL with default election timeouts); shorter grants get this.
 */
export const minLeaseTtlSeconds = 2;

/** Longer grants are refused with `leaseTtlTooLarge` (etcd: lease.MaxLeaseTTL). */
export const maxLeaseTtlSeconds = 9_000_000_000;

/**
 * Leases whose deadlines live in the database, on the database's clock (etcd: `server/lease`).
 *
 * Keys attach by puts with a lease (the last put of a key decides) and are deleted, all in one revision, when
 * the lease is revoked or has expired: ordinary deletes, which watchers see. Headers are filled and
 * `checkAccess` is asked as in `Store`; every method rejects with a `StoreError`.
 */
export interface Lessor {
  /**
   * A random 63-bit id unless one is given. The granted TTL is the requested one, or `minLeaseTtlSeconds`.
   * Rejects with `leaseExists`, `leaseTtlTooLarge`.
   */
  grant(request: LeaseGrantRequest, checkAccess?: AccessCheck): Promise<LeaseGrantResponse>;
  /** Deletes its keys and the lease, atomically. Rejects with `leaseNotFound`. */
  revoke(request: LeaseRevokeRequest, checkAccess?: AccessCheck): Promise<LeaseRevokeResponse>;
  /**
   * From now the lease has its whole TTL again, durably, once this resolves. An unknown or expired lease
   * resolves with `ttlSeconds: 0`, as etcd's keepalive stream answers. Concurrent renewals share one round
   * trip.
   */
  renew(request: LeaseKeepAliveRequest, checkAccess?: AccessCheck): Promise<LeaseKeepAliveResponse>;
  /** An unknown lease resolves with `ttlSeconds: -1`. `keys` sorted bytewise, only if asked for. */
  timeToLive(request: LeaseTimeToLiveRequest, checkAccess?: AccessCheck): Promise<LeaseTimeToLiveResponse>;
  /** All leases, the ones nearest to their deadline first. */
  leases(checkAccess?: AccessCheck): Promise<LeaseLeasesResponse>;
}
