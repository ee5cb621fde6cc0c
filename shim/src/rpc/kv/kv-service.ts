import type { Admit } from '../../auth/permissions/access-rules.ts';
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
 * etcd's KV service (etcd: `api/v3rpc/key.go`). Every method rejects with an EtcdError; `admit` as in
 * `Store`.
 */
export interface KvService {
  range(request: RangeRequest, admit?: Admit): Promise<RangeResponse>;
  /** The whole range in pieces, all of one revision; etcd 3.7. */
  rangeStream(request: RangeRequest, admit?: Admit): AsyncGenerator<RangeStreamResponse, void, undefined>;
  put(request: PutRequest, admit?: Admit): Promise<PutResponse>;
  deleteRange(request: DeleteRangeRequest, admit?: Admit): Promise<DeleteRangeResponse>;
  txn(request: TxnRequest, admit?: Admit): Promise<TxnResponse>;
  compact(request: CompactionRequest, admit?: Admit): Promise<CompactionResponse>;
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
    async range(request, admit) {
      checkRange(request);
      const response = await store.range(request, admit).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async *rangeStream(request, admit) {
      checkRange(request);
      checkRangeStream(request);
      try {
        for await (const piece of streamRange(
          { range: (piece) => store.range(piece, admit) },
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
    async put(request, admit) {
      checkPut(request);
      checkPutSize(request, maxRequestBytes);
      const response = await store.put(request, admit).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async deleteRange(request, admit) {
      checkDeleteRange(request);
      const response = await store.deleteRange(request, admit).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async txn(request, admit) {
      checkTxn(request, maxTxnOps);
      checkTxnSize(request, maxRequestBytes);
      const response = await store.txn(request, admit).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
    async compact(request, admit) {
      const response = await store.compact(request, admit).catch(rethrow);
      fillHeader(response.header);
      return response;
    },
  };
}

function rethrow(error: unknown): never {
  throw toEtcdError(error);
}
