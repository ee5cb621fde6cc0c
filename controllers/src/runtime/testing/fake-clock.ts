import type { Clock, Timer } from '../clock.ts';

interface Pending {
  atMs: number;
  order: number;
  callback: () => void;
}

/** A clock whose time changes only by `advance`. */
export class FakeClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(startMs = Date.parse('2026-01-01T00:00:00Z')) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** How many timers are pending. */
  get timers(): number {
    return this.#pending.size;
  }

  /**
   * Lets time pass without timers, as for a process that is stopped. Those that were due are called by the
   * next `advance`.
   */
  skip(ms: number): void {
    this.#nowMs += ms;
  }

  /** Fires everything due within `ms`, in order, letting promises settle after each timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms;
    await settle();
    for (;;) {
      let next: Pending | undefined;
      for (const pending of this.#pending) {
        if (pending.atMs > end) continue;
        if (!next || pending.atMs < next.atMs || (pending.atMs === next.atMs && pending.order < next.order))
          next = pending;
      }
      if (!next) break;
      this.#pending.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
      await settle();
    }
    this.#nowMs = end;
    await settle();
  }
}

/** Lets every promise that can make progress without time or I/O make it. */
export async function settle(rounds = 3): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise((resolve) => setImmediate(resolve));
}

/** Settles until `condition` holds; throws after `rounds`, naming `what`. */
export async function until(what: string, condition: () => boolean, rounds = 2000): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    if (condition()) return;
    await settle(1);
  }
  throw new Error(`never happened: ${what}`);
}
