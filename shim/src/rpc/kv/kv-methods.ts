import * as rules from '../../auth/permissions/access-rules.ts';
import * as kvpb from '../../etcdserverpb/messages/kv-messages.ts';
import { whenApplied } from '../guard/access.ts';
import { type MethodTable, serverStream, unary } from '../methods/method.ts';

/** etcd's KV service. */
export const kvMethods = {
  '/etcdserverpb.KV/Range': unary({
    request: kvpb.rangeRequest,
    response: kvpb.rangeResponse,
    access: whenApplied(rules.checkRange),
    call: ({ kv }, request, { admit }) => kv.range(request, admit),
  }),
  '/etcdserverpb.KV/RangeStream': serverStream({
    request: kvpb.rangeRequest,
    response: kvpb.rangeStreamResponse,
    access: whenApplied(rules.checkRange),
    call: ({ kv }, request, { admit }) => kv.rangeStream(request, admit),
  }),
  '/etcdserverpb.KV/Put': unary({
    request: kvpb.putRequest,
    response: kvpb.putResponse,
    access: whenApplied(rules.checkPut),
    call: ({ kv }, request, { admit }) => kv.put(request, admit),
  }),
  '/etcdserverpb.KV/DeleteRange': unary({
    request: kvpb.deleteRangeRequest,
    response: kvpb.deleteRangeResponse,
    access: whenApplied(rules.checkDeleteRange),
    call: ({ kv }, request, { admit }) => kv.deleteRange(request, admit),
  }),
  '/etcdserverpb.KV/Txn': unary({
    request: kvpb.txnRequest,
    response: kvpb.txnResponse,
    access: whenApplied(rules.checkTxn),
    call: ({ kv }, request, { admit }) => kv.txn(request, admit),
  }),
  '/etcdserverpb.KV/Compact': unary({
    request: kvpb.compactionRequest,
    response: kvpb.compactionResponse,
    access: whenApplied(rules.requireAdmin),
    call: ({ kv }, request, { admit }) => kv.compact(request, admit),
  }),
} as const satisfies MethodTable;
