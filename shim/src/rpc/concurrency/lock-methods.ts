import * as lockpb from '../../etcdserverpb/messages/lock-messages.ts';
import { unauthenticated } from '../authorization/access.ts';
import { type MethodTable, unary } from '../methods/method.ts';

/** etcd's Lock service. It changes keys as its caller may: those changes are what is authorized. */
export const lockMethods = {
  '/v3lockpb.Lock/Lock': unary({
    request: lockpb.lockRequest,
    response: lockpb.lockResponse,
    waits: true,
    access: unauthenticated,
    call: ({ as }, request, { sender }, signal) => as(sender).lock.lock(request, signal),
  }),
  '/v3lockpb.Lock/Unlock': unary({
    request: lockpb.unlockRequest,
    response: lockpb.unlockResponse,
    access: unauthenticated,
    call: ({ as }, request, { sender }) => as(sender).lock.unlock(request),
  }),
} as const satisfies MethodTable;
