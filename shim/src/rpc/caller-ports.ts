import {
  admitter,
  checkDeleteRange,
  checkLeaseList,
  checkLeaseTimeToLive,
  checkLeaseWrite,
  checkPut,
  checkRange,
  checkTxn,
  requireAdmin,
  requireIdentity,
} from '../auth/access-rules.ts';
import type { Identity } from '../auth/identity.ts';
import type { KvService } from './kv-service.ts';
import type { LeaseService } from './lease-service.ts';

/** Keys and leases for services that are made of them, as that caller may use them. */
export function callerPorts(
  { kv, lease }: { kv: KvService; lease: LeaseService },
  caller: Identity,
): { kv: KvService; lease: LeaseService } {
  return {
    kv: {
      range: (request) => kv.range(request, admitter(checkRange, caller, request)),
      rangeStream: (request) => kv.rangeStream(request, admitter(checkRange, caller, request)),
      put: (request) => kv.put(request, admitter(checkPut, caller, request)),
      deleteRange: (request) => kv.deleteRange(request, admitter(checkDeleteRange, caller, request)),
      txn: (request) => kv.txn(request, admitter(checkTxn, caller, request)),
      compact: (request) => kv.compact(request, admitter(requireAdmin, caller, request)),
    },
    lease: {
      grant: (request) => lease.grant(request, admitter(requireIdentity, caller, request)),
      revoke: (request) => lease.revoke(request, admitter(checkLeaseWrite, caller, request)),
      keepAlive: (request) => lease.keepAlive(request, admitter(checkLeaseWrite, caller, request)),
      timeToLive: (request) => lease.timeToLive(request, admitter(checkLeaseTimeToLive, caller, request)),
      leases: () => lease.leases(admitter(checkLeaseList, caller, {})),
    },
  };
}
