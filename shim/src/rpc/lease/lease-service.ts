import type { Admit } from '../../auth/permissions/access-rules.ts';
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
 * etcd's Lease service (etcd: `api/v3rpc/lease.go`). Every method rejects with an EtcdError; `admit` as in
 * `Lessor`.
 */
export interface LeaseService {
  grant(request: LeaseGrantRequest, admit?: Admit): Promise<LeaseGrantResponse>;
  revoke(request: LeaseRevokeRequest, admit?: Admit): Promise<LeaseRevokeResponse>;
  /**
   * One message of a KeepAlive stream: the answers of a stream must be sent in the order of their requests.
   */
  keepAlive(request: LeaseKeepAliveRequest, admit?: Admit): Promise<LeaseKeepAliveResponse>;
  timeToLive(request: LeaseTimeToLiveRequest, admit?: Admit): Promise<LeaseTimeToLiveResponse>;
  leases(admit?: Admit): Promise<LeaseLeasesResponse>;
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
    grant: (request, admit) => answer(lessor.grant(request, admit)),
    revoke: (request, admit) => answer(lessor.revoke(request, admit)),
    keepAlive: (request, admit) => answer(lessor.renew(request, admit)),
    timeToLive: (request, admit) => answer(lessor.timeToLive(request, admit)),
    leases: (admit) => answer(lessor.leases(admit)),
  };
}
