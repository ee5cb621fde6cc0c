import type { Clock } from '../clock.ts';

interface Waiter {
  revision: number;
  settle: (reached: boolean) => void;
}

const progressIntervalMs = 100;

/**
 * Reads that wait until the cache has seen a revision. While any waits, the store is asked for its progress
 * again and again: changes of other resources move the store's revision, and only progress shows that.
 */
export class RevisionWaiters {
  readonly #clock: Clock;
  readonly #requestProgress: () => void;
  readonly #waiters = new Set<Waiter>();
  #cancelPoll: (() => void) | undefined;

  constructor(clock: Clock, requestProgress: () => void) {
    this.#clock = clock;
    this.#requestProgress = requestProgress;
  }

  /** Number of reads that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Resolves with true once `reached(revision)` was called, with false after `timeoutMs` or at `giveUp`. */
  wait(revision: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        revision,
        settle: (reached) => {
          this.#waiters.delete(waiter);
          cancel();
          resolve(reached);
        },
      };
      const cancel = this.#clock.after(timeoutMs, () => waiter.settle(false));
      this.#waiters.add(waiter);
      this.#poll();
    });
  }

  /** The cache has seen everything up to `revision`. */
  reached(revision: number): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) if (waiter.revision <= revision) waiter.settle(true);
  }

  /** Ends all waits with false. */
  giveUp(): void {
    this.#cancelPoll?.();
    for (const waiter of this.#waiters) waiter.settle(false);
  }

  #poll(): void {
    this.#requestProgress();
    if (this.#cancelPoll !== undefined) return;
    this.#cancelPoll = this.#clock.after(progressIntervalMs, () => {
      this.#cancelPoll = undefined;
      if (this.#waiters.size > 0) this.#poll();
    });
  }
}
