import * as rules from '../../auth/permissions/access-rules.ts';
import * as leasepb from '../../etcdserverpb/messages/lease-messages.ts';
import { emptyRequest } from '../../etcdserverpb/messages/maintenance-messages.ts';
import { whenApplied } from '../guard/access.ts';
import { bidirectional, type MethodTable, unary } from '../methods/method.ts';

/** Who may renew a lease by a request of a LeaseKeepAlive stream. */
export const keepAliveAccess = whenApplied(rules.checkLeaseWrite);

/** etcd's Lease service. */
export const leaseMethods = {
  '/etcdserverpb.Lease/LeaseGrant': unary({
    request: leasepb.leaseGrantRequest,
    response: leasepb.leaseGrantResponse,
    access: whenApplied(rules.requireIdentity),
    call: ({ lease }, request, { admit }) => lease.grant(request, admit),
  }),
  '/etcdserverpb.Lease/LeaseRevoke': unary({
    request: leasepb.leaseRevokeRequest,
    response: leasepb.leaseRevokeResponse,
    access: whenApplied(rules.checkLeaseWrite),
    call: ({ lease }, request, { admit }) => lease.revoke(request, admit),
  }),
  '/etcdserverpb.Lease/LeaseKeepAlive': bidirectional({
    request: leasepb.leaseKeepAliveRequest,
    response: leasepb.leaseKeepAliveResponse,
  }),
  '/etcdserverpb.Lease/LeaseTimeToLive': unary({
    request: leasepb.leaseTimeToLiveRequest,
    response: leasepb.leaseTimeToLiveResponse,
    access: whenApplied(rules.checkLeaseTimeToLive),
    call: ({ lease }, request, { admit }) => lease.timeToLive(request, admit),
  }),
  '/etcdserverpb.Lease/LeaseLeases': unary({
    request: emptyRequest,
    response: leasepb.leaseLeasesResponse,
    access: whenApplied(rules.checkLeaseList),
    call: ({ lease }, _request, { admit }) => lease.leases(admit),
  }),
} as const satisfies MethodTable;
