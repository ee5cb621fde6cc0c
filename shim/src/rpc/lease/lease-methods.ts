import * as rules from '../../auth/permissions/access-rules.ts';
import * as leasepb from '../../etcdserverpb/messages/lease-messages.ts';
import { emptyRequest } from '../../etcdserverpb/messages/maintenance-messages.ts';
import { whenApplied } from '../authorization/access.ts';
import { bidirectional, type MethodTable, unary } from '../methods/method.ts';

/** Who may renew a lease by a request of a LeaseKeepAlive stream. */
export const keepAliveAccess = whenApplied(rules.checkLeaseWrite);

/** etcd's Lease service. */
export const leaseMethods = {
  '/etcdserverpb.Lease/LeaseGrant': unary({
    request: leasepb.leaseGrantRequest,
    response: leasepb.leaseGrantResponse,
    access: whenApplied(rules.requireIdentity),
    call: ({ lease }, request, { checkAccess }) => lease.grant(request, checkAccess),
  }),
  '/etcdserverpb.Lease/LeaseRevoke': unary({
    request: leasepb.leaseRevokeRequest,
    response: leasepb.leaseRevokeResponse,
    access: whenApplied(rules.checkLeaseWrite),
    call: ({ lease }, request, { checkAccess }) => lease.revoke(request, checkAccess),
  }),
  '/etcdserverpb.Lease/LeaseKeepAlive': bidirectional({
    request: leasepb.leaseKeepAliveRequest,
    response: leasepb.leaseKeepAliveResponse,
  }),
  '/etcdserverpb.Lease/LeaseTimeToLive': unary({
    request: leasepb.leaseTimeToLiveRequest,
    response: leasepb.leaseTimeToLiveResponse,
    access: whenApplied(rules.checkLeaseTimeToLive),
    call: ({ lease }, request, { checkAccess }) => lease.timeToLive(request, checkAccess),
  }),
  '/etcdserverpb.Lease/LeaseLeases': unary({
    request: emptyRequest,
    response: leasepb.leaseLeasesResponse,
    access: whenApplied(rules.checkLeaseList),
    call: ({ lease }, _request, { checkAccess }) => lease.leases(checkAccess),
  }),
} as const satisfies MethodTable;
