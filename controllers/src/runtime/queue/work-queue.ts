import type { Clock, Timer } from '../clock.ts';
import { controllerRateLimiter, type RateLimiter } from './rate-limiter.ts';

/** Called for what a queue does; all optional, for metrics. */
export interface QueueObserver {
  added?(depth: number): void;
  taken?(depth: number, waitedMs: number): void;
  finished?(workedMs: number): void;
  retried?(): void;
}

export interface WorkQueueOptions {
  clock: Clock;
  rateLimiter?: RateLimiter;
  observer?: QueueObserver;
}

/**
 * Keys to work on, each at most once at a time (client-go: `util/workqueue`).
 *
 *     add(k)      → waits in order
 *     get()       → k is being processed
 *     add(k)      → remembered as dirty: no other worker gets k now
 *     done(k)     → k waits again, because it was dirty
 *
 * So two workers never hold one key, and a change during the work is never lost. The queue holds keys of
 * objects that exist, once each: that is its bound.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #rateLimiter: RateLimiter;
  readonly #observer: QueueObserver;
  /** In order of arrival, with the time of arrival. */
  readonly #waiting = new Map<string, number>();
  readonly #dirty = new Set<string>();
  readonly #processing = new Map<string, number>();
  readonly #delayed = new Map<string, { atMs: number; timer: Timer }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #shuttingDown = false;
  #drained: (() => void)[] = [];

  constructor({ clock, rateLimiter, observer }: WorkQueueOptions) {
    this.#clock = clock;
    this.#rateLimiter = rateLimiter ?? controllerRateLimiter(clock);
    this.#observer = observer ?? {};
  }

  /** How many keys wait. */
  get length(): number {
    return this.#waiting.size;
  }

  get shuttingDown(): boolean {
    return this.#shuttingDown;
  }

  add(key: string): void {
    if (this.#shuttingDown || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#enqueue(key);
  }

  /** Adds after a while; of several delays for one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#shuttingDown) return;
    if (delayMs <= 0) return this.add(key);
    const atMs = this.#clock.monotonicMs() + delayMs;
    const earlier = this.#delayed.get(key);
    if (earlier) {
      if (earlier.atMs <= atMs) return;
      earlier.timer.cancel();
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { atMs, timer });
  }

  /** Adds when the rate limiter allows it: after a failure. */
  addRateLimited(key: string): void {
    this.#observer.retried?.();
    this.addAfter(key, this.#rateLimiter.when(key));
  }

  /** Ends the backoff of a key. */
  forget(key: string): void {
    this.#rateLimiter.forget(key);
  }

  /** Failures of a key since it was forgotten. */
  retries(key: string): number {
    return this.#rateLimiter.failures(key);
  }

  /** The next key, which the caller must give back with `done`; undefined when the queue is shut down. */
  get(): Promise<string | undefined> {
    const key = this.#take();
    if (key !== undefined || this.#shuttingDown) return Promise.resolve(key);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    const startedAtMs = this.#processing.get(key);
    if (startedAtMs === undefined) return;
    this.#processing.delete(key);
    this.#observer.finished?.(this.#clock.monotonicMs() - startedAtMs);
    if (this.#dirty.has(key)) this.#enqueue(key);
    this.#notifyDrained();
  }

  /** Takes no more keys; workers finish those that wait, and then get undefined. */
  shutDown(): void {
    this.#shuttingDown = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    if (this.#waiting.size === 0) for (const take of this.#takers.splice(0)) take(undefined);
  }

  /** Shuts down, and resolves when nothing is being processed. */
  async shutDownWithDrain(): Promise<void> {
    this.shutDown();
    if (this.#processing.size + this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #enqueue(key: string): void {
    this.#waiting.set(key, this.#clock.monotonicMs());
    this.#observer.added?.(this.#waiting.size);
    const take = this.#takers.shift();
    if (take) take(this.#take());
  }

  #take(): string | undefined {
    for (const [key, since] of this.#waiting) {
      const now = this.#clock.monotonicMs();
      this.#waiting.delete(key);
      this.#dirty.delete(key);
      this.#processing.set(key, now);
      this.#observer.taken?.(this.#waiting.size, now - since);
      return key;
    }
    return undefined;
  }

  #notifyDrained(): void {
    if (!this.#shuttingDown || this.#waiting.size > 0) return;
    for (const take of this.#takers.splice(0)) take(undefined);
    if (this.#processing.size === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }
}
