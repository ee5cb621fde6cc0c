import type { AccessCheck } from '../../auth/permissions/access-rules.ts';
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
} from '../../etcdserverpb/types.ts';
import type { Lessor } from '../../lease/lessor.ts';
import { toEtcdError } from '../etcd-errors.ts';
import type { FillHeader } from '../response-header.ts';

/**
 * etcd's Lease service (etcd: `api/v3rpc/lease.go`). Every method rejects with an EtcdError; `checkAccess` as
 * in `Lessor`.
 */
export interface LeaseService {
  grant(request: LeaseGrantRequest, checkAccess?: AccessCheck): Promise<LeaseGrantResponse>;
  revoke(request: LeaseRevokeRequest, checkAccess?: AccessCheck): Promise<LeaseRevokeResponse>;
  /**
   * One message of a KeepAlive stream: the answers of a stream must be sent in the order of their requests.
   */
  keepAlive(request: LeaseKeepAliveRequest, checkAccess?: AccessCheck): Promise<LeaseKeepAliveResponse>;
  timeToLive(request: LeaseTimeToLiveRequest, checkAccess?: AccessCheck): Promise<LeaseTimeToLiveResponse>;
  leases(checkAccess?: AccessCheck): Promise<LeaseLeasesResponse>;
}

/** Each method: call, translate the error, fill the header. */
export function createLeaseService(lessor: Lessor, fillHeader: FillHeader): LeaseService {
  async function answer<R extends LeaseRevokeResponse>(call: Promise<R>): Promise<R> {
    try {
      const response = await call;
      fillHeader(response.header);
      return response;
    } catch (error) {
      throw toEtcdError(error);
    }
  }
  return {
    grant: (request, checkAccess) => answer(lessor.grant(request, checkAccess)),
    revoke: (request, checkAccess) => answer(lessor.revoke(request, checkAccess)),
    keepAlive: (request, checkAccess) => answer(lessor.renew(request, checkAccess)),
    timeToLive: (request, checkAccess) => answer(lessor.timeToLive(request, checkAccess)),
    leases: (checkAccess) => answer(lessor.leases(checkAccess)),
  };
}
