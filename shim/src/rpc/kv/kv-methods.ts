import * as rules from '../../auth/permissions/access-rules.ts';
import * as kvpb from '../../etcdserverpb/messages/kv-messages.ts';
import { whenApplied } from '../authorization/access.ts';
import { type MethodTable, serverStream, unary } from '../methods/method.ts';

/** etcd's KV service. */
export const kvMethods = {
  '/etcdserverpb.KV/Range': unary({
    request: kvpb.rangeRequest,
    response: kvpb.rangeResponse,
    access: whenApplied(rules.checkRange),
    call: ({ kv }, request, { checkAccess }) => kv.range(request, checkAccess),
  }),
  '/etcdserverpb.KV/RangeStream': serverStream({
    request: kvpb.rangeRequest,
    response: kvpb.rangeStreamResponse,
    access: whenApplied(rules.checkRange),
    call: ({ kv }, request, { checkAccess }) => kv.rangeStream(request, checkAccess),
  }),
  '/etcdserverpb.KV/Put': unary({
    request: kvpb.putRequest,
    response: kvpb.putResponse,
    access: whenApplied(rules.checkPut),
    call: ({ kv }, request, { checkAccess }) => kv.put(request, checkAccess),
  }),
  '/etcdserverpb.KV/DeleteRange': unary({
    request: kvpb.deleteRangeRequest,
    response: kvpb.deleteRangeResponse,
    access: whenApplied(rules.checkDeleteRange),
    call: ({ kv }, request, { checkAccess }) => kv.deleteRange(request, checkAccess),
  }),
  '/etcdserverpb.KV/Txn': unary({
    request: kvpb.txnRequest,
    response: kvpb.txnResponse,
    access: whenApplied(rules.checkTxn),
    call: ({ kv }, request, { checkAccess }) => kv.txn(request, checkAccess),
  }),
  '/etcdserverpb.KV/Compact': unary({
    request: kvpb.compactionRequest,
    response: kvpb.compactionResponse,
    access: whenApplied(rules.requireAdmin),
    call: ({ kv }, request, { checkAccess }) => kv.compact(request, checkAccess),
  }),
} as const satisfies MethodTable;
