import type { AccessCheck } from '../auth/permissions/access-rules.ts';
import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  Event,
  Member,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
  WatchFilter,
} from '../etcdserverpb/types.ts';

/**
 * One dense history of keys, as etcd's mvcc and its appliers promise it together.
 *
 * Requests must have passed the rpc layer's checks (empty keys, duplicate keys in one txn, sizes, op counts).
 * Responses come with `header.revision` filled, also in the operations of a txn (but 0 in nested txns, as
 * etcd's); `clusterId`, `memberId` and `raftTerm` are zero there, and the rpc layer fills those of the
 * outermost header (as etcd does). Every method rejects with a `StoreError` and nothing else.
 *
 * `checkAccess` is asked on the state that the request is carried out on, right before it is: what it throws,
 * a `StoreError` of code `denied`, is the answer. Without it everything is permitted.
 *
 * A key or value in a response may be shared with the store's cache and with other responses: never write to
 * it, and copy what is kept, for it may be a small part of a large piece of memory. Byte arrays of a request
 * belong to the store once passed.
 */
export interface Store {
  /** Random, made once per database; the same on every shim of it. */
  readonly clusterId: bigint;
  /** This shim. Unsigned 64 bit, unique among the live shims of the database. */
  readonly memberId: bigint;
  /** Rises with every shim that joins the database; fixed for the life of this one. At least 1. */
  readonly raftTerm: number;
  /** The newest revision applied here. At least 1; may lag behind other shims: see `readIndex`. */
  readonly currentRevision: number;
  /**
   * Below this nothing can be read or watched, at it both still work; -1 when never compacted (as in etcd).
   */
  readonly compactRevision: number;

  /**
   * Linearizable unless `serializable`. The header's revision is the store's at the moment of the read.
   * Rejects with `compacted`, `futureRevision`.
   */
  range(request: RangeRequest, checkAccess?: AccessCheck): Promise<RangeResponse>;
  /** Rejects with `keyNotFound`, `leaseNotFound`, `noSpace`, `tooManyRequests`. Resolves once durable. */
  put(request: PutRequest, checkAccess?: AccessCheck): Promise<PutResponse>;
  deleteRange(request: DeleteRangeRequest, checkAccess?: AccessCheck): Promise<DeleteRangeResponse>;
  /**
   * All operations share one revision; a txn that changes nothing takes none. Rejects as its operations do.
   */
  txn(request: TxnRequest, checkAccess?: AccessCheck): Promise<TxnResponse>;
  /**
   * Returns once the compaction is durable (reads below it fail, on every shim); rows go in the background,
   * unless `physical`, which waits for that too. Rejects with `compacted` (not above the last one),
   * `futureRevision`.
   */
  compact(request: CompactionRequest, checkAccess?: AccessCheck): Promise<CompactionResponse>;
  /**
   * etcd's ReadIndex: resolves to a revision that was current at some moment after the call, once everything
   * up to it is applied here. Concurrent calls share one round trip to the database.
   */
  readIndex(): Promise<number>;

  /**
   * Starts a watcher. Synchronous, and no callback of `sink` runs before it has returned, so that the caller
   * can first send its `created` response (whose header revision is `watcher.createdRevision`).
   */
  watch(start: WatchStart, sink: WatchSink): Watcher;

  /** Sizes and positions; asks the database. */
  status(): Promise<StoreStatus>;
  /** The live shims of this database, this one included. */
  members(): Promise<Member[]>;
  /** Counters and gauges of this process, cheap enough to take at every scrape. */
  stats(): StoreStats;
}

export interface WatchStart {
  key: Uint8Array;
  /** As in `RangeRequest`. */
  rangeEnd?: Uint8Array | undefined;
  /** First revision to deliver, may lie in the future; 0 or absent: after `createdRevision`. */
  startRevision?: number | undefined;
  prevKv?: boolean | undefined;
  filters?: readonly WatchFilter[] | undefined;
}

/** Where one watcher's events go. The callbacks must not throw. */
export interface WatchSink {
  /**
   * Events of one or more whole revisions, oldest first; a revision is never split over two calls. `revision`
   * is the header's: the store's, at least the last event's. Afterwards everything up to
   * `watcher.deliveredRevision` was sent. `isLive`: the watcher followed the newest revision, and these were
   * committed together; else they are history. The array and the events are shared between watchers: do not
   * change them. Return false to hold the watcher back (slow reader): nothing comes until `watcher.resume()`.
   * It then continues where it was, from memory or from history; meanwhile the store holds nothing for it.
   */
  events(revision: number, events: readonly Event[], isLive: boolean): boolean;
  /**
   * The next revision to deliver was compacted away: the watcher is over (etcd:
   * WatchResponse.compact_revision).
   */
  compacted(compactRevision: number): void;
  /** The watcher was behind (a past start, or held back) and now follows the newest revision again. */
  synced?(): void;
}

export interface Watcher {
  /** The store's revision when the watch was created: the header of the `created` response. */
  readonly createdRevision: number;
  /** Whether it follows the newest revision (etcd: in the synced group). */
  readonly synced: boolean;
  /**
   * Everything up to and including this revision that this watcher should see was handed to its sink. When
   * `synced` this is the store's current revision: the header of a progress notification.
   */
  readonly deliveredRevision: number;
  /** The sink can take more after it returned false. Harmless otherwise. */
  resume(): void;
  /** No callback runs afterwards. */
  cancel(): void;
}

export interface StoreStatus {
  /** Bytes the database takes on disk. */
  dbSizeBytes: number;
  /** Of these, bytes in use, as far as the database's statistics tell. */
  dbSizeInUseBytes: number;
  /** Committed batches so far, by all shims: what stands in for the Raft index. */
  commitIndex: number;
  /** Version of the schema, i.e. number of migrations applied. */
  schemaVersion: number;
}

export interface StoreStats {
  keys: number;
  /** Revisions (history rows) the index knows. */
  indexedRevisions: number;
  cachedValueBytes: number;
  watchers: number;
  slowWatchers: number;
  /** Events handed to sinks. */
  eventsDelivered: number;
  /** Requests waiting for the next batch, and batches, requests and conflicts so far. */
  commitQueue: number;
  commitBatches: number;
  commitRequests: number;
  commitConflicts: number;
  /** Batches whose outcome had to be found out. */
  commitsUnknown: number;
  puts: number;
  deletes: number;
  txns: number;
  ranges: number;
  compactions: number;
  leases: number;
}
