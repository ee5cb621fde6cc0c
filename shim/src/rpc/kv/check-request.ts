import { sortOrders, sortTargets } from '../../etcdserverpb/messages/kv-messages.ts';
import type {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from '../../etcdserverpb/types.ts';
import { checkDuplicateKeys } from './check-duplicate-keys.ts';
import { requestError } from '../etcd-errors.ts';

const knownSortOrders: ReadonlySet<string | undefined> = new Set([undefined, ...sortOrders]);
const knownSortTargets: ReadonlySet<string | undefined> = new Set([undefined, ...sortTargets]);

/** Throws `emptyKey` or `invalidSortOption` (etcd: `api/v3rpc/key.go`, as all checks here). */
export function checkRange(request: RangeRequest): void {
  if (request.key.length === 0) throw requestError('emptyKey');
  if (!knownSortOrders.has(request.sortOrder)) throw requestError('invalidSortOption');
  if (!knownSortTargets.has(request.sortTarget)) throw requestError('invalidSortOption');
}

/** Throws `emptyKey`, `valueProvided` or `leaseProvided`. */
export function checkPut(request: PutRequest): void {
  if (request.key.length === 0) throw requestError('emptyKey');
  if (request.ignoreValue && request.value !== undefined && request.value.length !== 0) {
    throw requestError('valueProvided');
  }
  if (request.ignoreLease && request.lease !== undefined && request.lease !== 0n)
    throw requestError('leaseProvided');
}

/** Throws `emptyKey`. */
export function checkDeleteRange(request: DeleteRangeRequest): void {
  if (request.key.length === 0) throw requestError('emptyKey');
}

const noOps: readonly RequestOp[] = [];
const noCompares: readonly Compare[] = [];

/**
 * Checks a transaction with everything in it: at most `maxOps` compares, and as many operations per branch,
 * what a nested transaction may use being what the longest list around it left over; every operation by its
 * own rules; no key written twice.
 */
export function checkTxn(request: TxnRequest, maxOps: number): void {
  checkOperations(request, maxOps);
  checkDuplicateKeys(request.success ?? noOps);
  checkDuplicateKeys(request.failure ?? noOps);
}

function checkOperations(request: TxnRequest, maxOps: number): void {
  const { compare = noCompares, success = noOps, failure = noOps } = request;
  const longest = Math.max(compare.length, success.length, failure.length);
  if (longest > maxOps) throw requestError('tooManyOperations');
  for (const { key } of compare) if (key.length === 0) throw requestError('emptyKey');
  for (const operation of success) checkOperation(operation, maxOps - longest);
  for (const operation of failure) checkOperation(operation, maxOps - longest);
}

function checkOperation(operation: RequestOp, maxNestedOps: number): void {
  if ('requestPut' in operation) checkPut(operation.requestPut);
  else if ('requestRange' in operation) checkRange(operation.requestRange);
  else if ('requestDeleteRange' in operation) checkDeleteRange(operation.requestDeleteRange);
  else if ('requestTxn' in operation) checkOperations(operation.requestTxn, maxNestedOps);
  else throw requestError('emptyOperation');
}
