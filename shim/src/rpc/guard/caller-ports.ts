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
import type { Access, Guard, Permit, Sender } from './guard.ts';
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
 * Keys and leases as that sender may use them, for services that are made of them: every step goes by the
 * guard, because who waits for a lock may wait for longer than auth stays the same.
 */
export function callerPorts({ kv, lease }: Ports, guard: Guard, sender: Sender): Ports {
  const guarded =
    <Request, Response>(
      demanded: Access<Request>,
      call: (request: Request, admit: Permit['admit']) => Promise<Response>,
    ): ((request: Request) => Promise<Response>) =>
    (request) =>
      guard.enter(demanded, { request, sender }, ({ admit }) => call(request, admit));
  const leases = guarded(access.leases, (_request: object, admit) => lease.leases(admit));
  return {
    kv: {
      range: guarded(access.range, kv.range),
      rangeStream: (request) =>
        guard.enterStream(access.range, { request, sender }, ({ admit }) => kv.rangeStream(request, admit)),
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
