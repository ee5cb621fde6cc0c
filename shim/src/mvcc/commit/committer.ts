import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { CommitQueue, type CommitRequest, type Evaluate } from './commit-queue.ts';
import type { CommittedState } from '../committed-state.ts';
import type { CommitOutcome, HeldFence, HistoryPort } from '../history-port.ts';
import type { LostCommits } from './lost-commits.ts';
import { MissingRows } from '../evaluate/missing-rows.ts';
import { PendingBatch } from '../evaluate/pending-batch.ts';
import { StoreError } from '../store-error.ts';
import type { StoreLimits } from '../store-limits.ts';
import { Turn } from './turn.ts';

/** Between the tries of a batch; then twice as long each time. */
const firstPauseMs = 10;
const noLeases: ReadonlySet<bigint> = new Set();

export interface CommitterOptions {
  port: HistoryPort;
  state: CommittedState;
  clock: Clock;
  log: Logger;
  limits: StoreLimits;
  lost: LostCommits;
  /** A request unanswered for this long is given up. */
  requestTimeoutMs: number;
  /** As in `MvccStoreOptions`. */
  isAlone: boolean;
}

export interface CommitterStats {
  batches: number;
  requests: number;
  conflicts: number;
  unknown: number;
}

/**
 * Group commit: requests queue while a batch is in flight; then the whole queue is evaluated in order, and
 * written as one transaction that moves the fence. docs/spec/commit.md has the invariants.
 *
 *     queue → evaluate on the committed state → commit ─ committed → apply, answer
 *                ↑     (values missing: read, again)  ├ conflict  → hold the fence, read what was missed ─┐
 *                │                                    └ unknown   → resolve ─ committed → apply, answer   │
 *                └─────────────────────────────────────────────────── lost ───────────────────────────────┘
 */
export class Committer {
  readonly stats: CommitterStats = { batches: 0, requests: 0, conflicts: 0, unknown: 0 };
  readonly #port: HistoryPort;
  readonly #state: CommittedState;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lost: LostCommits;
  readonly #missedPageRows: number;
  readonly #isAlone: boolean;
  readonly #queue: CommitQueue;
  /** Held while the committed state changes: by a batch from evaluation to apply, or by a catch-up. */
  readonly #turn = new Turn();
  #running: Promise<void> | undefined;
  #closed = false;
  #lastBatchRequests = 0;
  /** The newest commit of this shim. */
  #ownCommit = 0;

  constructor(options: CommitterOptions) {
    this.#port = options.port;
    this.#state = options.state;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#lost = options.lost;
    this.#missedPageRows = options.limits.missedPageRows;
    this.#isAlone = options.isAlone;
    this.#queue = new CommitQueue(options.clock, options.requestTimeoutMs);
  }

  /** Requests that wait for their batch. */
  get queued(): number {
    return this.#queue.length;
  }

  /**
   * Resolves with what `evaluate` returned once that is durable, and linearizable even if it changed nothing.
   * `evaluate` may run several times and must not have effects besides its batch. With `expiring`, it gets
   * those of these leases that have really expired.
   */
  submit<Result>(
    evaluate: Evaluate<Result>,
    bytes: number,
    expiring: readonly bigint[] = [],
  ): Promise<Result> {
    if (this.#closed) return Promise.reject(new StoreError('stopped'));
    if (this.#lost.error !== undefined) return Promise.reject(this.#lost.error);
    const answer = this.#queue.add(evaluate, bytes, expiring);
    this.#running ??= this.#run();
    return answer;
  }

  /** Resolves when the state is at `commitIndex` or later, reading what other shims committed if needed. */
  async catchUp(commitIndex: number): Promise<void> {
    if (this.#state.fence.commitIndex >= commitIndex) return;
    await this.#turn.take(async () => {
      if (this.#state.fence.commitIndex < commitIndex) await this.#readMissed();
    });
  }

  /** Refuses new requests, lets the batch in flight finish, and refuses what is queued. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.failAll('stopped');
    await this.#running;
    await this.#turn.take(() => Promise.resolve());
  }

  async #run(): Promise<void> {
    // Let everything that arrives in this tick join the first batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      // Clients that were answered together send their next requests together, but not in one tick: a commit
      // for the first few of them would make all others wait. A single client does not wait.
      if (this.#queue.length * 2 < this.#lastBatchRequests) await new Promise(setImmediate);
      const requests = this.#queue.take();
      this.#lastBatchRequests = requests.length;
      if (requests.length > 0) await this.#turn.take(() => this.#commit(requests));
    }
    this.#running = undefined;
  }

  async #commit(requests: readonly CommitRequest[]): Promise<void> {
    let raceLost = false;
    let pauseMs = firstPauseMs;
    for (;;) {
      const open = requests.filter((request) => !request.settled);
      if (open.length === 0) return;
      try {
        if (await this.#attempt(open, raceLost)) return;
        raceLost = true;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unavailable') {
          this.#log.error({ err: error }, 'a batch failed');
          const reason =
            error instanceof StoreError ? error : new StoreError('corrupt', String(error), { cause: error });
          for (const request of open) request.fail(reason);
          return;
        }
        if (pauseMs === firstPauseMs) this.#log.warn({ err: error }, 'a batch waits for the database');
        if (this.#closed) for (const request of open) request.fail(new StoreError('stopped'));
        await this.#clock.sleep(pauseMs);
        pauseMs = Math.min(pauseMs * 2, 500);
        // Not sent again, so that the answer can be that nothing happened.
        for (const request of open) request.expire(this.#clock.now());
      }
    }
  }

  /** One try of a batch. Returns false if another shim was faster. Throws if nothing was written. */
  async #attempt(requests: readonly CommitRequest[], hold: boolean): Promise<boolean> {
    const expiring = requests.flatMap((request) => request.expiring);
    // A shim that has lost a race waits for its turn with the fence, so that a busier one cannot starve it.
    const held = hold || expiring.length > 0 ? await this.#port.hold(expiring) : undefined;
    let batch: PendingBatch;
    try {
      if (held !== undefined && held.fence.commitIndex !== this.#state.fence.commitIndex)
        await this.#readMissed();
      batch = await this.#evaluate(requests, held === undefined ? noLeases : new Set(held.expired));
    } catch (error) {
      await held?.release();
      throw error;
    }
    if (batch.empty) {
      await held?.release();
      if (held === undefined && !(await this.#isCurrent())) return false;
    } else {
      const outcome = await this.#write(batch, requests, held);
      if (outcome === 'conflict') {
        for (const request of requests) request.sent = false;
        this.stats.conflicts++;
        return false;
      }
      this.#state.applyBatch(batch.toCommit());
      this.#ownCommit = this.#state.fence.commitIndex;
      this.#port.hint();
    }
    this.stats.batches++;
    this.stats.requests += requests.length;
    const settle = (): void => {
      for (const request of requests) request.settle();
    };
    // Requests are answered as soon as the next batch is on its way: writing answers takes as long as a
    // commit, and the database would have nothing to do meanwhile. Where there is no next batch, a turn of
    // the event loop would be lost.
    if (this.#queue.length > 0) setImmediate(settle);
    else settle();
    return true;
  }

  /** What was refused or changed nothing is answered only if no other shim has changed anything before. */
  async #isCurrent(): Promise<boolean> {
    if (this.#isAlone) return true;
    const fence = await this.#port.readFence();
    this.#lost.compare(fence.commitIndex, this.#state.fence.commitIndex);
    if (fence.commitIndex === this.#state.fence.commitIndex) return true;
    await this.#readMissed();
    return false;
  }

  async #write(
    batch: PendingBatch,
    requests: readonly CommitRequest[],
    held: HeldFence | undefined,
  ): Promise<'committed' | 'conflict'> {
    const commit = batch.toCommit();
    for (const request of requests) request.sent = true;
    let outcome: CommitOutcome;
    try {
      outcome = await (held ?? this.#port).commit(commit);
    } catch (error) {
      for (const request of requests) request.sent = false;
      throw error;
    }
    if (outcome !== 'unknown') return outcome;
    this.stats.unknown++;
    this.#log.warn(
      { commitIndex: commit.expected },
      'connection lost during a commit, finding out what happened',
    );
    const found = await this.#resolve(commit.expected);
    this.#log.info({ commitIndex: commit.expected, outcome: found }, 'the outcome of the commit is known');
    if (found === 'committed') return 'committed';
    await this.#readMissed();
    return 'conflict';
  }

  /**
   * Asks until the database answers: without that answer this shim can neither repeat the batch nor go on.
   */
  async #resolve(expected: number): Promise<'committed' | 'lost'> {
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      try {
        return await this.#port.resolve(expected);
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unavailable') throw error;
        // The store is closed: the outcome stays unknown to the callers.
        if (this.#closed) throw new StoreError('timeout', 'closed before the outcome of a commit was known');
        await this.#clock.sleep(pauseMs);
      }
    }
  }

  async #evaluate(requests: readonly CommitRequest[], expired: ReadonlySet<bigint>): Promise<PendingBatch> {
    const missing = new MissingRows();
    for (let misses = 0; ;) {
      const batch = this.#evaluateOnce(requests, missing, expired);
      if (batch === undefined) {
        missing.reset();
        continue;
      }
      if (missing.complete) return batch;
      const rows = await this.#port.readRows(missing.refs(), missing.values);
      missing.add(rows);
      for (const row of rows) if (missing.values) this.#state.index.remember(row, row.value);
      if (!missing.found()) {
        // A row is gone: another shim has compacted, so this state is not the newest any more.
        if (++misses > 3) throw new StoreError('corrupt', 'history rows are missing from the database');
        await this.#readMissed();
      }
      missing.reset();
    }
  }

  /** undefined: a request broke, and the others have to be evaluated without it. */
  #evaluateOnce(
    requests: readonly CommitRequest[],
    missing: MissingRows,
    expired: ReadonlySet<bigint>,
  ): PendingBatch | undefined {
    const batch = new PendingBatch(this.#state);
    for (const request of requests) {
      if (request.settled) continue;
      batch.beginRequest();
      if (!request.evaluate(batch, missing, expired)) {
        this.#log.error('a request could not be evaluated');
        return undefined;
      }
    }
    batch.beginRequest();
    return batch;
  }

  async #readMissed(): Promise<void> {
    for (;;) {
      const { commitIndex, revision } = this.#state.fence;
      const missed = await this.#port.readMissed({ commitIndex, revision }, this.#missedPageRows);
      this.#lost.compare(missed.fence.commitIndex, commitIndex);
      // Others may have gone on from where it fell back to.
      this.#lost.compare(missed.ownCommit, this.#ownCommit);
      if (missed.tooOld) {
        this.#log.warn({ commitIndex, revision }, 'too far behind the other shims: loading everything again');
        await this.#state.load(this.#port);
        return;
      }
      this.#state.applyMissed(missed);
      if (!missed.more) return;
    }
  }
}
