import type { Logger } from 'pino';
import type { AccessCheck } from '../auth/permissions/access-rules.ts';
import type {
  CompactionRequest,
  CompactionResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  Member,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../etcdserverpb/types.ts';
import type { Clock } from './clock.ts';
import { CommittedState } from './committed-state.ts';
import { Committer } from './commit/committer.ts';
import { Compactor } from './compaction/compactor.ts';
import type { HistoryPort } from './history-port.ts';
import { LostCommits } from './commit/lost-commits.ts';
import { MissingRows } from './evaluate/missing-rows.ts';
import { evaluateRange } from './evaluate/range.ts';
import { ReadIndex } from './commit/read-index.ts';
import type { ReadView } from './evaluate/read-view.ts';
import { addedBytes, putOverheadBytes, requestBytes } from './evaluate/request-size.ts';
import { responseHeader } from './evaluate/response-header.ts';
import { defaultLimits, type StoreLimits } from './store-limits.ts';
import { StoreError } from './store-error.ts';
import type { Store, StoreStats, StoreStatus, WatchSink, WatchStart, Watcher } from './store.ts';
import {
  evaluateDeleteRange,
  evaluatePut,
  evaluateReadOnlyTxn,
  evaluateTxn,
  isReadOnlyTxn,
  isSerializableTxn,
} from './evaluate/txn.ts';
import { openGate, type WriteGate } from './commit/write-gate.ts';
import { WatchDispatcher } from './watch/watch-dispatcher.ts';

/** How the store learns about the other shims and the database as a whole. */
export interface ClusterPort {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly raftTerm: number;
  members(): Promise<Member[]>;
  status(): Promise<StoreStatus>;
}

export interface MvccStoreOptions {
  history: HistoryPort;
  cluster: ClusterPort;
  clock: Clock;
  log: Logger;
  valueCacheBytes: number;
  requestTimeoutMs: number;
  limits?: Partial<StoreLimits>;
  /** Asked before every write. Default: lets everything in. */
  gate?: WriteGate;
  /**
   * Whether no other shim can use the database as long as this one does. Default: false, and the database is
   * asked for its newest revision before each linearizable read.
   */
  isAlone?: boolean;
}

/** The store over its ports: etcd's mvcc and appliers in one, see `Store`. */
export class MvccStore implements Store {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly raftTerm: number;
  /** For the lessor, which commits through the same history. */
  readonly state: CommittedState;
  readonly committer: Committer;
  readonly #options: MvccStoreOptions;
  readonly #readIndex: ReadIndex;
  readonly #compactor: Compactor;
  readonly #dispatcher: WatchDispatcher;
  /** Compactions under way, by revision, for those who wait for the rows to be gone. */
  readonly #compactions = new Map<number, Promise<void>>();
  readonly #counts = { puts: 0, deletes: 0, txns: 0, ranges: 0, compactions: 0 };
  readonly #gate: WriteGate;
  readonly #lost: LostCommits;
  #closed = false;

  private constructor(options: MvccStoreOptions, state: CommittedState) {
    const { history: port, clock, log } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const { isAlone = false } = options;
    this.#options = options;
    this.#gate = options.gate ?? openGate;
    this.clusterId = options.cluster.clusterId;
    this.memberId = options.cluster.memberId;
    this.raftTerm = options.cluster.raftTerm;
    this.state = state;
    this.#lost = new LostCommits((error) => {
      log.fatal({ err: error }, 'refusing everything from now on');
      this.#dispatcher.lost();
    });
    this.committer = new Committer({
      port,
      lost: this.#lost,
      state,
      clock,
      log,
      limits,
      requestTimeoutMs: options.requestTimeoutMs,
      isAlone,
    });
    this.#readIndex = new ReadIndex({
      port,
      state,
      committer: this.committer,
      lost: this.#lost,
      clock,
      timeoutMs: options.requestTimeoutMs,
      isAlone,
    });
    this.#compactor = new Compactor({ port, state, clock, log });
    this.#dispatcher = new WatchDispatcher({ port, state, clock, log, limits });
    state.listen({
      applied: (changes, revision) => this.#dispatcher.applied(changes, revision),
      compacted: (revision, previous, own) => this.#compacted(revision, previous, own),
      reloaded: (revision) => this.#reloaded(revision),
    });
    port.onHint(() => void this.catchUp().catch(() => undefined));
  }

  /** Loads the history's index and is then ready for requests. */
  static async open(options: MvccStoreOptions): Promise<MvccStore> {
    const state = new CommittedState(options.valueCacheBytes);
    await state.load(options.history);
    const store = new MvccStore(options, state);
    const { compactRevision, sweptRevision } = state.fence;
    if (compactRevision > 0) {
      // The loaded index still has the rows that an interrupted compaction left behind.
      store.#compact({ revision: compactRevision, previous: 0, deleteRows: sweptRevision < compactRevision });
    }
    return store;
  }

  get currentRevision(): number {
    return this.state.fence.revision;
  }

  get compactRevision(): number {
    return this.state.fence.compactRevision;
  }

  /** For writes that do not come through the store: see `WriteGate`. */
  checkAccess(addedBytes: number): Promise<void> | undefined {
    return this.#gate.checkAccess(addedBytes);
  }

  async range(request: RangeRequest, checkAccess?: AccessCheck): Promise<RangeResponse> {
    this.#counts.ranges++;
    return this.#read({ serializable: request.serializable === true, checkAccess }, (view, missing) =>
      evaluateRange(view, request, missing),
    );
  }

  async put(request: PutRequest, checkAccess?: AccessCheck): Promise<PutResponse> {
    const bytes = request.key.length + (request.value?.length ?? 0);
    const wait = this.#gate.checkAccess(bytes + putOverheadBytes);
    if (wait !== undefined) await wait;
    this.#counts.puts++;
    return this.committer.submit((batch, missing) => {
      checkAccess?.(batch);
      return evaluatePut(batch, request, missing);
    }, bytes);
  }

  async deleteRange(request: DeleteRangeRequest, checkAccess?: AccessCheck): Promise<DeleteRangeResponse> {
    const wait = this.#gate.checkAccess(0);
    if (wait !== undefined) await wait;
    this.#counts.deletes++;
    return this.committer.submit((batch, missing) => {
      checkAccess?.(batch);
      return evaluateDeleteRange(batch, request, missing);
    }, request.key.length);
  }

  async txn(request: TxnRequest, checkAccess?: AccessCheck): Promise<TxnResponse> {
    this.#counts.txns++;
    if (isReadOnlyTxn(request)) {
      return this.#read({ serializable: isSerializableTxn(request), checkAccess }, (view, missing) =>
        evaluateReadOnlyTxn(view, request, missing),
      );
    }
    const wait = this.#gate.checkAccess(addedBytes(request));
    if (wait !== undefined) await wait;
    return this.committer.submit((batch, missing) => {
      checkAccess?.(batch);
      return evaluateTxn(batch, request, missing);
    }, requestBytes(request));
  }

  async compact(request: CompactionRequest, checkAccess?: AccessCheck): Promise<CompactionResponse> {
    const wait = this.#gate.checkAccess(0);
    if (wait !== undefined) await wait;
    const response = await this.committer.submit((batch): CompactionResponse => {
      checkAccess?.(batch);
      if (request.revision <= batch.compactRevision) throw new StoreError('compacted');
      if (request.revision > batch.revision) throw new StoreError('futureRevision');
      batch.compactRevision = request.revision;
      return { header: responseHeader(batch.revision) };
    }, 0);
    this.#counts.compactions++;
    if (request.physical) await this.#compactions.get(request.revision);
    return response;
  }

  async readIndex(): Promise<number> {
    this.#checkOpen();
    await this.#readIndex.wait();
    return this.state.fence.revision;
  }

  /** Applies what has come into the database by other ways than the committer; rejects as `readIndex`. */
  catchUp(): Promise<void> {
    return this.#readIndex.ask();
  }

  watch(start: WatchStart, sink: WatchSink): Watcher {
    this.#checkOpen();
    return this.#dispatcher.watch(start, sink);
  }

  status(): Promise<StoreStatus> {
    return this.#options.cluster.status();
  }

  members(): Promise<Member[]> {
    return this.#options.cluster.members();
  }

  stats(): StoreStats {
    const { index, leases, values } = this.state;
    const { batches, requests, conflicts, unknown } = this.committer.stats;
    return {
      keys: index.keyCount,
      indexedRevisions: index.revisionCount,
      cachedValueBytes: values.bytes,
      watchers: this.#dispatcher.watcherCount,
      slowWatchers: this.#dispatcher.slowCount,
      eventsDelivered: this.#dispatcher.eventsDelivered,
      commitQueue: this.committer.queued,
      commitBatches: batches,
      commitRequests: requests,
      commitConflicts: conflicts,
      commitsUnknown: unknown,
      leases: leases.size,
      ...this.#counts,
    };
  }

  /** Deletes rows that a shim left behind when it died in the middle of a compaction. */
  async sweepIfNeeded(): Promise<void> {
    const fence = await this.#options.history.readFence();
    if (fence.sweptRevision >= fence.compactRevision || this.#compactions.size > 0) return;
    const rows = await this.#compactor.sweep();
    this.#options.log.info({ rows }, 'finished a compaction that another shim had begun');
  }

  /** Lets the commit in flight finish and refuses everything else. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#dispatcher.close();
    await this.committer.close();
    await this.#compactor.close();
  }

  async #read<Response>(
    { serializable, checkAccess }: { serializable: boolean; checkAccess: AccessCheck | undefined },
    evaluate: (view: ReadView, missing: MissingRows) => Response,
  ): Promise<Response> {
    this.#checkOpen();
    if (!serializable) await this.#readIndex.wait();
    const missing = new MissingRows();
    for (let tries = 0; tries < 10; tries++) {
      checkAccess?.(this.state);
      let response: Response | undefined;
      try {
        response = evaluate(this.state.view(), missing);
      } catch (error) {
        // Where a value decides that is not read yet, the error may be that of a branch not to be taken.
        if (!missing.again) throw error;
      }
      if (response !== undefined && missing.complete) return response;
      const withValues = missing.values;
      const rows = await this.#options.history.readRows(missing.refs(), withValues);
      missing.add(rows);
      if (withValues) for (const row of rows) this.state.index.remember(row, row.value);
      if (response !== undefined && !missing.again && missing.patch()) return response;
      // A row is gone: what it held was superseded and compacted in the meantime, here or by another shim.
      if (!missing.found()) await this.catchUp();
      missing.reset();
    }
    throw new StoreError('corrupt', 'history rows are missing from the database');
  }

  #compacted(revision: number, previous: number, own: boolean): void {
    this.#dispatcher.compacted(revision);
    this.#compact({ revision, previous, deleteRows: own });
  }

  #reloaded(revision: number): void {
    this.#dispatcher.reloaded(revision);
    const { compactRevision } = this.state.fence;
    // The new index has what an earlier compaction has not deleted yet, or never will.
    if (compactRevision > 0)
      this.#compact({ revision: compactRevision, previous: compactRevision, deleteRows: false });
  }

  #compact(compaction: { revision: number; previous: number; deleteRows: boolean }): void {
    const { revision } = compaction;
    const done = this.#compactor
      .run(compaction)
      .catch((error: unknown) =>
        this.#options.log.error({ err: error, ...compaction }, 'a compaction failed'),
      )
      .finally(() => {
        // A state that was loaded again is compacted again.
        if (this.#compactions.get(revision) === done) this.#compactions.delete(revision);
      });
    this.#compactions.set(revision, done);
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreError('stopped');
    if (this.#lost.error !== undefined) throw this.#lost.error;
  }
}
