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
import type { Lessor } from '../lease/lessor.ts';
import { toEtcdError } from './etcd-errors.ts';
import type { FillHeader } from './response-header.ts';

/** etcd's Lease service (etcd: `api/v3rpc/lease.go`). Every method rejects with an EtcdError. */
export interface LeaseService {
  grant(request: LeaseGrantRequest): Promise<LeaseGrantResponse>;
  revoke(request: LeaseRevokeRequest): Promise<LeaseRevokeResponse>;
  /** One message of a KeepAlive stream: the answers of a stream must be sent in the order of their requests. */
  keepAlive(request: LeaseKeepAliveRequest): Promise<LeaseKeepAliveResponse>;
  timeToLive(request: LeaseTimeToLiveRequest): Promise<LeaseTimeToLiveResponse>;
  leases(): Promise<LeaseLeasesResponse>;
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
    grant: (request) => answer(lessor.grant(request)),
    revoke: (request) => answer(lessor.revoke(request)),
    keepAlive: (request) => answer(lessor.renew(request)),
    timeToLive: (request) => answer(lessor.timeToLive(request)),
    leases: () => answer(lessor.leases()),
  };
}
