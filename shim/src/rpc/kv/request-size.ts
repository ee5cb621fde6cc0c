import { type Codec, encodedSize } from '../../etcdserverpb/codec/codec.ts';
import { putRequest, txnRequest } from '../../etcdserverpb/messages/kv-messages.ts';
import type { PutRequest, RequestOp, TxnRequest } from '../../etcdserverpb/types.ts';
import { requestError } from '../etcd-errors.ts';

/** What etcd's own envelope around a request takes: it counts towards its limit. */
const envelopeBytes = 24;
/** More than tags and lengths of one operation can take. */
const operationOverheadBytes = 128;

/** Throws `requestTooLarge` when etcd would (etcd: `server/etcdserver/v3_server.go`, MaxRequestBytes). */
export function checkPutSize(request: PutRequest, maxRequestBytes: number): void {
  if (putBytesAtMost(request) > maxRequestBytes) checkExactSize(putRequest, request, maxRequestBytes);
}

/** As `checkPutSize`. A transaction that only reads is not limited. */
export function checkTxnSize(request: TxnRequest, maxRequestBytes: number): void {
  if (txnBytesAtMost(request) > maxRequestBytes && !isReadOnly(request)) {
    checkExactSize(txnRequest, request, maxRequestBytes);
  }
}

// The exact size costs an encoding. An upper bound spares it to all requests but those near the limit.
function checkExactSize<T>(codec: Codec<T>, request: T, maxRequestBytes: number): void {
  if (encodedSize(codec, request) + envelopeBytes > maxRequestBytes) throw requestError('requestTooLarge');
}

function putBytesAtMost(request: PutRequest): number {
  return request.key.length + (request.value?.length ?? 0) + operationOverheadBytes;
}

function txnBytesAtMost(request: TxnRequest): number {
  let bytes = operationOverheadBytes;
  for (const { key, rangeEnd, value } of request.compare ?? []) {
    bytes += key.length + (rangeEnd?.length ?? 0) + (value?.length ?? 0) + operationOverheadBytes;
  }
  for (const operation of request.success ?? []) bytes += operationBytesAtMost(operation);
  for (const operation of request.failure ?? []) bytes += operationBytesAtMost(operation);
  return bytes;
}

function operationBytesAtMost(operation: RequestOp): number {
  if ('requestPut' in operation) return putBytesAtMost(operation.requestPut);
  if ('requestTxn' in operation) return txnBytesAtMost(operation.requestTxn);
  const { key, rangeEnd } =
    'requestRange' in operation ? operation.requestRange : operation.requestDeleteRange;
  return key.length + (rangeEnd?.length ?? 0) + operationOverheadBytes;
}

function isReadOnly(request: TxnRequest): boolean {
  const reads = (operation: RequestOp): boolean =>
    'requestRange' in operation || ('requestTxn' in operation && isReadOnly(operation.requestTxn));
  return (request.success ?? []).every(reads) && (request.failure ?? []).every(reads);
}
