import type { AccessCheck } from '../../auth/permissions/access-rules.ts';
import type { RangeStreamResponse } from '../../etcdserverpb/admin-types.ts';
import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../../etcdserverpb/types.ts';
import type { Store } from '../../mvcc/store.ts';
import { checkRangeStream, streamRange } from './stream-range.ts';
import { checkDeleteRange, checkPut, checkRange, checkTxn } from './check-request.ts';
import { toEtcdError } from '../etcd-errors.ts';
import type { FillHeader } from '../response-header.ts';
import { checkPutSize, checkTxnSize } from './request-size.ts';

/**
 * etcd's KV service (etcd: `api/v3rpc/key.go`). Every method rejects with an EtcdError; `checkAccess` as in
 * `Store`.
 */
export interface KvService {
  range(request: RangeRequest, checkAccess?: AccessCheck): Promise<RangeResponse>;
  /** The whole range in pieces, all of one revision; etcd 3.7. */
  rangeStream(
    request: RangeRequest,
    checkAccess?: AccessCheck,
  ): AsyncGenerator<RangeStreamResponse, void, undefined>;
  put(request: PutRequest, checkAccess?: AccessCheck): Promise<PutResponse>;
  deleteRange(request: DeleteRangeRequest, checkAccess?: AccessCheck): Promise<DeleteRangeResponse>;
  txn(request: TxnRequest, checkAccess?: AccessCheck): Promise<TxnResponse>;
  compact(request: CompactionRequest, checkAccess?: AccessCheck): Promise<CompactionResponse>;
}

export interface KvServiceOptions {
  store: Store;
  fillHeader: FillHeader;
  /** etcd's --max-txn-ops: 128. */
  maxTxnOps: number;
  /** etcd's --max-request-bytes: 1.5 MiB. */
  maxRequestBytes: number;
}

/** Each method: check, call, translate the error, fill the header. */
export function createKvService({
  store,
  fillHeader,
  maxTxnOps,
  maxRequestBytes,
}: KvServiceOptions): KvService {
  return {
    async range(request, checkAccess) {
      checkRange(request);
      const response = await store.range(request, checkAccess).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async *rangeStream(request, checkAccess) {
      checkRange(request);
      checkRangeStream(request);
      try {
        for await (const piece of streamRange(
          { range: (piece) => store.range(piece, checkAccess) },
          request,
          maxRequestBytes,
        )) {
          if (piece.header !== undefined) fillHeader(piece.header);
          yield { rangeResponse: piece };
        }
      } catch (error) {
        throw toEtcdError(error);
      }
    },
    async put(request, checkAccess) {
      checkPut(request);
      checkPutSize(request, maxRequestBytes);
      const response = await store.put(request, checkAccess).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async deleteRange(request, checkAccess) {
      checkDeleteRange(request);
      const response = await store.deleteRange(request, checkAccess).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async txn(request, checkAccess) {
      checkTxn(request, maxTxnOps);
      checkTxnSize(request, maxRequestBytes);
      const response = await store.txn(request, checkAccess).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async compact(request, checkAccess) {
      const response = await store.compact(request, checkAccess).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
  };
}

function rethrow(error: unknown): never {
  throw toEtcdError(error);
}
