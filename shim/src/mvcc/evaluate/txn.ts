import type {
  Compare,
  DeleteRangeRequest,
  DeleteRangeResponse,
  KeyValue,
  PutRequest,
  PutResponse,
  RequestOp,
  ResponseOp,
  TxnRequest,
  TxnResponse,
} from '../../etcdserverpb/types.ts';
import { toKeyRange, toKeyString } from '../index/key-range.ts';
import type { MissingRows } from './missing-rows.ts';
import type { PendingBatch } from './pending-batch.ts';
import { checkReadRevision, evaluateRange } from './range.ts';
import type { KeyMetadata, ReadView } from './read-view.ts';
import { responseHeader } from './response-header.ts';
import { StoreError } from '../store-error.ts';

const emptyValue = new Uint8Array(0);
const absent: KeyValue = {
  key: emptyValue,
  createRevision: 0,
  modRevision: 0,
  version: 0,
  value: emptyValue,
  lease: 0n,
};

/** The branch a txn takes, and those of the txns within that branch, decided before anything is changed. */
interface Path {
  readonly succeeded: boolean;
  readonly operations: readonly RequestOp[];
  /** Of the nested txns in `operations`, in their order. */
  readonly nested: readonly Path[];
}

/**
 * Evaluates a txn in the three steps that etcd takes (etcd: `txn/txn.go`): all compares, nested ones too,
 * against the state before the txn; then the checks of the operations on the chosen branches, which may
 * refuse the txn as a whole; then the operations in order, each seeing those before it.
 */
export function evaluateTxn(batch: PendingBatch, request: TxnRequest, missing: MissingRows): TxnResponse {
  const path = choosePath(batch, request, missing);
  checkOperations(batch, path);
  const responses = execute(batch, path, missing);
  return { header: responseHeader(batch.revision), succeeded: path.succeeded, responses };
}

/** The same for a txn of nothing but ranges, which needs no batch. */
export function evaluateReadOnlyTxn(view: ReadView, request: TxnRequest, missing: MissingRows): TxnResponse {
  const path = choosePath(view, request, missing);
  const responses = path.operations.map((operation): ResponseOp => {
    if (!('requestRange' in operation)) throw new Error('not a read-only txn');
    return { responseRange: evaluateRange(view, operation.requestRange, missing) };
  });
  return { header: responseHeader(view.revision), succeeded: path.succeeded, responses };
}

/** Only ranges in both branches (etcd: IsTxnReadonly). Nested txns never count as read-only. */
export function isReadOnlyTxn({ success, failure }: TxnRequest): boolean {
  return areRanges(success) && areRanges(failure);
}

function areRanges(operations: readonly RequestOp[] = []): boolean {
  for (const operation of operations) if (!('requestRange' in operation)) return false;
  return true;
}

/**
 * Only serializable ranges in both branches: no need to know the newest revision (etcd: IsTxnSerializable).
 * Unlike there, a txn of nothing but compares is not among them: nobody has allowed it to be stale.
 */
export function isSerializableTxn(request: TxnRequest): boolean {
  const operations = operationsOf(request);
  return (
    operations.length > 0 &&
    operations.every(
      (operation) => 'requestRange' in operation && operation.requestRange.serializable === true,
    )
  );
}

/** Evaluates a put (etcd: `txn/put.go`). Rejects with `leaseNotFound`, `keyNotFound`. */
export function evaluatePut(batch: PendingBatch, request: PutRequest, missing: MissingRows): PutResponse {
  checkPut(batch, request);
  return put(batch, request, missing);
}

/** Evaluates a deletion (etcd: `txn/delete.go`). */
export function evaluateDeleteRange(
  batch: PendingBatch,
  request: DeleteRangeRequest,
  missing: MissingRows,
): DeleteRangeResponse {
  const found: KeyValue[] = [];
  batch.collect(
    toKeyRange(request.key, request.rangeEnd),
    { revision: batch.revision, limit: Infinity },
    found,
  );
  for (const kv of found) batch.remove(toKeyString(kv.key));
  if (request.prevKv) for (const kv of found) missing.fill(kv);
  return {
    header: responseHeader(batch.revision),
    deleted: found.length,
    prevKvs: request.prevKv ? found : [],
  };
}

function operationsOf(request: TxnRequest): RequestOp[] {
  return [...(request.success ?? []), ...(request.failure ?? [])];
}

function choosePath(view: ReadView, request: TxnRequest, missing: MissingRows): Path {
  const succeeded = (request.compare ?? []).every((compare) => holds(view, compare, missing));
  const operations = (succeeded ? request.success : request.failure) ?? [];
  const nested: Path[] = [];
  for (const operation of operations) {
    if ('requestTxn' in operation) nested.push(choosePath(view, operation.requestTxn, missing));
  }
  return { succeeded, operations, nested };
}

function holds(view: ReadView, compare: Compare, missing: MissingRows): boolean {
  const isSingle = compare.rangeEnd === undefined || compare.rangeEnd.length === 0;
  if (isSingle && compare.target !== 'VALUE')
    return compareOne(compare, view.current(toKeyString(compare.key)) ?? absent);
  const found: KeyValue[] = [];
  view.collect(
    toKeyRange(compare.key, compare.rangeEnd),
    { revision: view.revision, limit: Infinity },
    found,
  );
  // A missing key compares as zeros, but has no value that could compare to anything.
  if (found.length === 0) return compare.target !== 'VALUE' && compareOne(compare, absent);
  if (compare.target === 'VALUE') for (const kv of found) missing.fillNow(kv);
  return found.every((kv) => compareOne(compare, kv));
}

function compareOne(compare: Compare, kv: KeyMetadata & Partial<KeyValue>): boolean {
  // A number that is no target, as it may come over the wire, has nothing that differs.
  const target = compare.target ?? 'VERSION';
  const difference = Object.hasOwn(differences, target) ? differences[target](kv, compare) : 0;
  switch (compare.result ?? 'EQUAL') {
    case 'EQUAL':
      return difference === 0;
    case 'NOT_EQUAL':
      return difference !== 0;
    case 'GREATER':
      return difference > 0;
    case 'LESS':
      return difference < 0;
    default:
      // As in etcd.
      return true;
  }
}

const differences: Record<
  NonNullable<Compare['target']>,
  (kv: KeyMetadata & Partial<KeyValue>, compare: Compare) => number
> = {
  VERSION: (kv, compare) => kv.version - (compare.version ?? 0),
  CREATE: (kv, compare) => kv.createRevision - (compare.createRevision ?? 0),
  MOD: (kv, compare) => kv.modRevision - (compare.modRevision ?? 0),
  VALUE: (kv, compare) => Buffer.compare(kv.value ?? emptyValue, compare.value ?? emptyValue),
  LEASE: (kv, compare) => Number(kv.lease > (compare.lease ?? 0n)) - Number(kv.lease < (compare.lease ?? 0n)),
};

function checkOperations(batch: PendingBatch, path: Path): void {
  let nested = 0;
  for (const operation of path.operations) {
    if ('requestRange' in operation) checkReadRevision(batch, operation.requestRange.revision ?? 0);
    else if ('requestPut' in operation) checkPut(batch, operation.requestPut);
    else if ('requestTxn' in operation) checkOperations(batch, path.nested[nested++] as Path);
  }
}

function checkPut(batch: PendingBatch, request: PutRequest): void {
  const lease = request.lease ?? 0n;
  if (lease !== 0n && !batch.hasLease(lease)) throw new StoreError('leaseNotFound');
  if ((request.ignoreValue || request.ignoreLease) && !batch.get(toKeyString(request.key), batch.revision)) {
    throw new StoreError('keyNotFound');
  }
}

function execute(batch: PendingBatch, path: Path, missing: MissingRows): ResponseOp[] {
  let nested = 0;
  return path.operations.map((operation): ResponseOp => {
    if ('requestRange' in operation)
      return { responseRange: evaluateRange(batch, operation.requestRange, missing) };
    if ('requestPut' in operation) return { responsePut: put(batch, operation.requestPut, missing) };
    if ('requestDeleteRange' in operation) {
      return { responseDeleteRange: evaluateDeleteRange(batch, operation.requestDeleteRange, missing) };
    }
    const inner = path.nested[nested++] as Path;
    // etcd leaves the headers of nested txns empty.
    return {
      responseTxn: {
        header: responseHeader(0),
        succeeded: inner.succeeded,
        responses: execute(batch, inner, missing),
      },
    };
  });
}

function put(batch: PendingBatch, request: PutRequest, missing: MissingRows): PutResponse {
  const key = toKeyString(request.key);
  const needsBefore = request.ignoreValue || request.ignoreLease || request.prevKv;
  const before = needsBefore ? batch.get(key, batch.revision) : undefined;
  if (before !== undefined && (request.ignoreValue || request.prevKv)) {
    if (request.ignoreValue) missing.fillNow(before);
    else missing.fill(before);
  }
  const value = request.ignoreValue ? (before?.value ?? emptyValue) : (request.value ?? emptyValue);
  const lease = request.ignoreLease ? (before?.lease ?? 0n) : (request.lease ?? 0n);
  const revision = batch.put(key, value, lease);
  const response: PutResponse = { header: responseHeader(revision) };
  if (request.prevKv && before !== undefined) response.prevKv = before;
  return response;
}
