import type { Clock } from '../clock.ts';

interface Waiter {
  revision: number;
  settle: (reached: boolean) => void;
}

/** Those who wait until the cache has seen a revision. */
export class RevisionWaiters {
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** Resolves with true once `reached(revision)` was told, with false after `timeoutMs` or when everybody is sent away. */
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
    });
  }

  reached(revision: number): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) if (waiter.revision <= revision) waiter.settle(true);
  }

  sendAway(): void {
    for (const waiter of this.#waiters) waiter.settle(false);
  }
}
