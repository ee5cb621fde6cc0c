import {
  checkDeleteRange,
  checkLeaseList,
  checkLeaseTimeToLive,
  checkLeaseWrite,
  checkPut,
  checkRange,
  checkTxn,
  requireAdmin,
  requireIdentity,
} from '../../auth/permissions/access-rules.ts';
import { whenApplied } from './access.ts';
import type { Access, Authorizer, Authorization, Sender } from './authorizer.ts';
import type { KvService } from '../kv/kv-service.ts';
import type { LeaseService } from '../lease/lease-service.ts';

interface Ports {
  kv: KvService;
  lease: LeaseService;
}

const access = {
  range: whenApplied(checkRange),
  put: whenApplied(checkPut),
  deleteRange: whenApplied(checkDeleteRange),
  txn: whenApplied(checkTxn),
  admin: whenApplied(requireAdmin),
  user: whenApplied(requireIdentity),
  leaseWrite: whenApplied(checkLeaseWrite),
  leaseTimeToLive: whenApplied(checkLeaseTimeToLive),
  leases: whenApplied(checkLeaseList),
};

/**
 * The KV and Lease services with the rights of that sender, for services that are made of them. Every step is
 * authorized anew, because auth may change while a client waits for a lock.
 */
export function callerPorts({ kv, lease }: Ports, authorizer: Authorizer, sender: Sender): Ports {
  const guarded =
    <Request, Response>(
      demanded: Access<Request>,
      call: (request: Request, checkAccess: Authorization['checkAccess']) => Promise<Response>,
    ): ((request: Request) => Promise<Response>) =>
    (request) =>
      authorizer.authorize(demanded, { request, sender }, ({ checkAccess }) => call(request, checkAccess));
  const leases = guarded(access.leases, (_request: object, checkAccess) => lease.leases(checkAccess));
  return {
    kv: {
      range: guarded(access.range, kv.range),
      rangeStream: (request) =>
        authorizer.authorizeStream(access.range, { request, sender }, ({ checkAccess }) =>
          kv.rangeStream(request, checkAccess),
        ),
      put: guarded(access.put, kv.put),
      deleteRange: guarded(access.deleteRange, kv.deleteRange),
      txn: guarded(access.txn, kv.txn),
      compact: guarded(access.admin, kv.compact),
    },
    lease: {
      grant: guarded(access.user, lease.grant),
      revoke: guarded(access.leaseWrite, lease.revoke),
      keepAlive: guarded(access.leaseWrite, lease.keepAlive),
      timeToLive: guarded(access.leaseTimeToLive, lease.timeToLive),
      leases: () => leases({}),
    },
  };
}
