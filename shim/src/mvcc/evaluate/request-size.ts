import type { RequestOp, TxnRequest } from '../../etcdserverpb/types.ts';

/** Bytes of keys and values in a txn: what it costs the commit queue. */
export function requestBytes(request: TxnRequest): number {
  let bytes = 0;
  for (const compare of request.compare ?? []) bytes += compare.key.length + (compare.value?.length ?? 0);
  for (const operation of request.success ?? []) bytes += operationBytes(operation);
  for (const operation of request.failure ?? []) bytes += operationBytes(operation);
  return bytes;
}

/** What a key takes beside its bytes and its value's, for the quota (etcd: `storage/quota.go`). */
export const putOverheadBytes = 256;

/** About how much the database grows by the txn: what its larger branch puts; 0 if neither puts anything. */
export function addedBytes(request: TxnRequest): number {
  const branch = (operations: readonly RequestOp[] = []): number =>
    operations.reduce((sum, operation) => {
      if ('requestPut' in operation) return sum + operationBytes(operation) + putOverheadBytes;
      return 'requestTxn' in operation ? sum + addedBytes(operation.requestTxn) : sum;
    }, 0);
  return Math.max(branch(request.success), branch(request.failure));
}

function operationBytes(operation: RequestOp): number {
  if ('requestPut' in operation)
    return operation.requestPut.key.length + (operation.requestPut.value?.length ?? 0);
  if ('requestTxn' in operation) return requestBytes(operation.requestTxn);
  return 0;
}
