import type { RequestOp, TxnRequest } from '../../etcdserverpb/types.ts';

/** Bytes of keys and values in a txn: what it costs the commit queue. */
export function requestBytes(request: TxnRequest): number {
  let bytes = 0;
  for (const compare of request.compare ?? []) bytes += compare.key.length + (compare.value?.length ?? 0);
  for (const operation of request.success ?? []) bytes += operationBytes(operation);
  for (const operation of request.failure ?? []) bytes += operationBytes(operation);
  return bytes;
}

/** Whether a branch of the txn puts anything, and so is refused when the database is full (etcd: quotaKVServer). */
export function writesData(request: TxnRequest): boolean {
  return [...(request.success ?? []), ...(request.failure ?? [])].some(
    (operation) =>
      'requestPut' in operation || ('requestTxn' in operation && writesData(operation.requestTxn)),
  );
}

function operationBytes(operation: RequestOp): number {
  if ('requestPut' in operation)
    return operation.requestPut.key.length + (operation.requestPut.value?.length ?? 0);
  if ('requestTxn' in operation) return requestBytes(operation.requestTxn);
  return 0;
}
