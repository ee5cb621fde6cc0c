import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  LeaseLeasesResponse,
  LeaseRevokeRequest,
  LeaseRevokeResponse,
  LeaseTimeToLiveRequest,
  LeaseTimeToLiveResponse,
  MemberListResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from '../etcdserverpb/types.ts';

export interface CallOptions {
  /** Ends the call with an EtcdError of code CANCELLED. */
  signal?: AbortSignal;
  /** The call fails with DEADLINE_EXCEEDED after this long. Default: none. */
  timeoutMs?: number;
}

/**
 * One etcd watch stream (etcd: `Watch.Watch`): it carries any number of watches, each with its `watchId`.
 * Responses arrive in the order in which the server sent them.
 */
export interface WatchStream {
  send(request: WatchRequest): void;
  /**
   * Ends, without an error, after `close()`; throws an EtcdError when the stream breaks (the caller then
   * opens a new one and resumes each watch at its last revision + 1). While nobody reads, the server is held
   * back.
   */
  [Symbol.asyncIterator](): AsyncIterator<WatchResponse>;
  close(): void;
}

/**
 * What an etcd client can ask, whether the server is another process (gRPC: `grpc-client.ts`) or the same one
 * (`in-process-client.ts`). Every method rejects with an `EtcdError` (`etcd-error.ts`), which has etcd's own
 * gRPC code and message.
 */
export interface EtcdClient {
  range(request: RangeRequest, options?: CallOptions): Promise<RangeResponse>;
  put(request: PutRequest, options?: CallOptions): Promise<PutResponse>;
  deleteRange(request: DeleteRangeRequest, options?: CallOptions): Promise<DeleteRangeResponse>;
  txn(request: TxnRequest, options?: CallOptions): Promise<TxnResponse>;
  compact(request: CompactionRequest, options?: CallOptions): Promise<CompactionResponse>;
  watch(): WatchStream;
  leaseGrant(request: LeaseGrantRequest, options?: CallOptions): Promise<LeaseGrantResponse>;
  leaseRevoke(request: LeaseRevokeRequest, options?: CallOptions): Promise<LeaseRevokeResponse>;
  leaseKeepAlive(request: LeaseKeepAliveRequest, options?: CallOptions): Promise<LeaseKeepAliveResponse>;
  leaseTimeToLive(request: LeaseTimeToLiveRequest, options?: CallOptions): Promise<LeaseTimeToLiveResponse>;
  leases(options?: CallOptions): Promise<LeaseLeasesResponse>;
  status(options?: CallOptions): Promise<StatusResponse>;
  memberList(options?: CallOptions): Promise<MemberListResponse>;
  /** Closes connections; calls under way fail with CANCELLED. */
  close(): void;
}
