import type { AuditEvent } from '../audit-event.ts';
import type { AuditBackend, AuditFailure } from '../audit-sink.ts';

/** How events are put together (`--audit-…-batch-…`). */
export interface BatchOptions {
  /** Events that wait at most; what comes beyond is lost, and counted. */
  bufferSize: number;
  maxSize: number;
  maxWaitMs: number;
  /** Batches a second; undefined: as many as there are. */
  throttle?: { qps: number; burst: number };
  /** Batches are sent side by side. */
  concurrent: boolean;
}

/** Time, as far as batches need it. */
export interface BatchTimers {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

const realTimers: BatchTimers = {
  nowMs: () => performance.now(),
  sleep: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};

/**
 * Takes events for later and hands them on in batches: when there are `maxSize`, or `maxWaitMs` after the
 * first of them (Kubernetes: `plugin/pkg/audit/buffered`). A throttle is a bucket of tokens, one for each
 * batch.
 */
export class BatchingBackend implements AuditBackend {
  readonly #delegate: AuditBackend;
  readonly #options: BatchOptions;
  readonly #failed: AuditFailure;
  readonly #timers: BatchTimers;
  readonly #sending = new Set<Promise<void>>();
  #buffer: AuditEvent[] = [];
  #timer: NodeJS.Timeout | undefined;
  #draining: Promise<void> | undefined;
  #closed = false;
  #tokens: number;
  #refilledMs: number;

  constructor(
    delegate: AuditBackend,
    options: BatchOptions,
    { failed, timers = realTimers }: { failed: AuditFailure; timers?: BatchTimers },
  ) {
    this.#delegate = delegate;
    this.#options = options;
    this.#failed = failed;
    this.#timers = timers;
    this.#tokens = options.throttle?.burst ?? 0;
    this.#refilledMs = timers.nowMs();
  }

  process(events: readonly AuditEvent[]): boolean {
    const room = this.#closed ? 0 : this.#options.bufferSize - this.#buffer.length;
    if (room < events.length) {
      const why = this.#closed ? 'audit backend shut down' : 'audit buffer queue blocked';
      this.#failed('buffered', new Error(why), events.slice(room));
    }
    this.#buffer.push(...events.slice(0, room));
    if (this.#buffer.length >= this.#options.maxSize) this.#drain(false);
    else this.#timer ??= setTimeout(() => this.#drain(true), this.#options.maxWaitMs).unref();
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#buffer.length > 0 || this.#draining !== undefined) {
      this.#drain(true);
      await this.#draining;
    }
    await Promise.all(this.#sending);
    await this.#delegate.close();
  }

  /** `all`: also what does not fill a batch. */
  #drain(all: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#draining ??= this.#sendBatches(all).finally(() => {
      this.#draining = undefined;
      if (this.#closed || this.#buffer.length === 0) return;
      if (this.#buffer.length >= this.#options.maxSize) this.#drain(false);
      else this.#timer ??= setTimeout(() => this.#drain(true), this.#options.maxWaitMs).unref();
    });
  }

  async #sendBatches(all: boolean): Promise<void> {
    const { maxSize, concurrent } = this.#options;
    while (this.#buffer.length >= (all ? 1 : maxSize)) {
      if (this.#options.throttle !== undefined) await this.#token(this.#options.throttle);
      const batch = this.#buffer.splice(0, maxSize);
      const sending = Promise.resolve(this.#delegate.process(batch))
        .then(() => undefined)
        .catch((error: unknown) => this.#failed('buffered', error, batch))
        .finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
      if (!concurrent) await sending;
    }
  }

  async #token(throttle: NonNullable<BatchOptions['throttle']>): Promise<void> {
    for (;;) {
      const now = this.#timers.nowMs();
      const refilled = this.#tokens + ((now - this.#refilledMs) / 1000) * throttle.qps;
      this.#tokens = Math.min(throttle.burst, refilled);
      this.#refilledMs = now;
      if (this.#tokens >= 1) {
        this.#tokens--;
        return;
      }
      await this.#timers.sleep(((1 - this.#tokens) / throttle.qps) * 1000);
    }
  }
}
