import type { Clock } from '../clock.ts';

/** How a queue works. */
export interface KeyedQueueOptions {
  /** Called for one key at a time, and never twice at once for the same key. */
  process(key: string): Promise<void>;
  /** Called where `process` failed; the key is tried again later. */
  failed(key: string, error: unknown): void;
  clock: Clock;
  /** How many keys are worked on at a time. Default 1. */
  workers?: number;
  /** When a key that failed is tried again; each time later, twice as much. Default 5 ms. */
  firstRetryMs?: number;
  /** But not later than that. Default 1,000 s. */
  longestRetryMs?: number;
  /** Ends it: keys that wait are forgotten. */
  signal: AbortSignal;
}

const defaultFirstMs = 5;
const defaultLongestMs = 1_000_000;

/**
 * Keys of objects that need work. A key that is added while it is worked on is worked on once more; one that
 * failed comes back after a delay that doubles each time (Kubernetes: client-go `util/workqueue`).
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  readonly #failures = new Map<string, number>();

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  /** The key is to be worked on, after `delayMs`. */
  add(key: string, delayMs = 0): void {
    const { clock, signal } = this.#options;
    if (signal.aborted) return;
    if (delayMs > 0) {
      clock.after(delayMs, () => this.add(key));
      return;
    }
    this.#waiting.add(key);
    this.#next();
  }

  #next(): void {
    const { workers = 1, signal } = this.#options;
    if (signal.aborted) return;
    for (const key of this.#waiting) {
      if (this.#active.size >= workers) return;
      if (this.#active.has(key)) continue;
      this.#waiting.delete(key);
      this.#active.add(key);
      void this.#work(key);
    }
  }

  async #work(key: string): Promise<void> {
    const { process, failed, signal, firstRetryMs = defaultFirstMs } = this.#options;
    const { longestRetryMs = defaultLongestMs } = this.#options;
    try {
      await process(key);
      this.#failures.delete(key);
    } catch (error) {
      if (!signal.aborted) {
        failed(key, error);
        const count = this.#failures.get(key) ?? 0;
        this.#failures.set(key, count + 1);
        this.add(key, Math.min(firstRetryMs * 2 ** count, longestRetryMs));
      }
    } finally {
      this.#active.delete(key);
      this.#next();
    }
  }
}
