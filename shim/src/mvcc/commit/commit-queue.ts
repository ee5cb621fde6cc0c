import type { Clock } from '../clock.ts';
import type { MissingRows } from '../evaluate/missing-rows.ts';
import type { PendingBatch } from '../evaluate/pending-batch.ts';
import { StoreError } from '../store-error.ts';

/**
 * Evaluates one request on a batch: returns its response or throws a `StoreError`, having changed nothing
 * then.
 */
export type Evaluate<Result> = (
  batch: PendingBatch,
  missing: MissingRows,
  expired: ReadonlySet<bigint>,
) => Result;

/** More than this waiting, and requests are refused (etcd: maxGapBetweenApplyAndCommitIndex). */
export const maxQueuedRequests = 5000;
/** The same for the bytes of keys and values. */
const maxQueuedBytes = 128 * 1024 * 1024;

const maxBatchRequests = 1000;
const maxBatchBytes = 4 * 1024 * 1024;
const sweepIntervalMs = 100;

/** A request between its arrival and its answer. */
export interface CommitRequest {
  readonly bytes: number;
  readonly expiring: readonly bigint[];
  /** The caller has its answer: the request is done. */
  readonly settled: boolean;
  /** It is in a transaction whose outcome is not known yet. */
  sent: boolean;
  /**
   * Evaluates, and keeps the outcome for `settle`. Returns false if that broke in a way it should not: the
   * request is failed then, and the batch may hold half of it.
   */
  evaluate(batch: PendingBatch, missing: MissingRows, expired: ReadonlySet<bigint>): boolean;
  settle(): void;
  fail(error: StoreError): void;
  /** Fails it if its time is over. */
  expire(now: number): void;
}

/** Requests on their way to a batch, first come, first served; bounded in number, bytes and time. */
export class CommitQueue {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #waiting: PendingRequest<unknown>[] = [];
  #inFlight: readonly PendingRequest<unknown>[] = [];
  #bytes = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Queues a request; rejects with `tooManyRequests` when full, with `timeout` when its time is over. */
  add<Result>(evaluate: Evaluate<Result>, bytes: number, expiring: readonly bigint[]): Promise<Result> {
    if (this.#waiting.length >= maxQueuedRequests || this.#bytes + bytes > maxQueuedBytes) {
      return Promise.reject(new StoreError('tooManyRequests'));
    }
    this.#bytes += bytes;
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepIntervalMs);
    return new Promise<Result>((resolve, reject) => {
      const deadline = this.#clock.now() + this.#timeoutMs;
      const request = new PendingRequest({ evaluate, bytes, expiring, deadline, resolve, reject });
      this.#waiting.push(request as PendingRequest<unknown>);
    });
  }

  /** The next batch's requests; those taken before are done with. */
  take(): readonly CommitRequest[] {
    let bytes = 0;
    let end = 0;
    while (end < this.#waiting.length && end < maxBatchRequests && (end === 0 || bytes < maxBatchBytes)) {
      bytes += (this.#waiting[end] as CommitRequest).bytes;
      end++;
    }
    const taken = this.#waiting.slice(0, end);
    this.#waiting = this.#waiting.slice(end);
    this.#bytes -= bytes;
    this.#inFlight = taken;
    return taken.filter((request) => !request.settled);
  }

  /** Fails everything that waits. */
  failAll(code: 'stopped'): void {
    for (const request of this.#waiting) request.fail(new StoreError(code));
    this.#waiting = [];
    this.#bytes = 0;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const request of this.#inFlight) request.expire(now);
    for (const request of this.#waiting) {
      if (request.deadline > now) break;
      request.expire(now);
    }
    if (this.#waiting.length === 0 && this.#inFlight.every((request) => request.settled)) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
  }
}

interface PendingRequestOptions<Result> {
  evaluate: Evaluate<Result>;
  bytes: number;
  expiring: readonly bigint[];
  deadline: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

class PendingRequest<Result> implements CommitRequest {
  readonly bytes: number;
  readonly expiring: readonly bigint[];
  readonly deadline: number;
  settled = false;
  sent = false;
  readonly #evaluate: Evaluate<Result>;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;
  #outcome: { result: Result } | { error: StoreError } | undefined;

  constructor(options: PendingRequestOptions<Result>) {
    this.bytes = options.bytes;
    this.expiring = options.expiring;
    this.deadline = options.deadline;
    this.#evaluate = options.evaluate;
    this.#resolve = options.resolve;
    this.#reject = options.reject;
  }

  evaluate(batch: PendingBatch, missing: MissingRows, expired: ReadonlySet<bigint>): boolean {
    try {
      this.#outcome = { result: this.#evaluate(batch, missing, expired) };
    } catch (error) {
      if (!(error instanceof StoreError)) {
        this.fail(
          new StoreError('corrupt', `a request could not be evaluated: ${String(error)}`, { cause: error }),
        );
        return false;
      }
      this.#outcome = { error };
    }
    return true;
  }

  settle(): void {
    if (this.settled || this.#outcome === undefined) return;
    this.settled = true;
    if ('result' in this.#outcome) this.#resolve(this.#outcome.result);
    else this.#reject(this.#outcome.error);
  }

  fail(error: StoreError): void {
    if (this.settled) return;
    this.settled = true;
    this.#reject(error);
  }

  /** A request that was never sent was certainly not applied. */
  expire(now: number): void {
    if (this.deadline <= now) this.fail(new StoreError(this.sent ? 'timeout' : 'unavailable'));
  }
}
