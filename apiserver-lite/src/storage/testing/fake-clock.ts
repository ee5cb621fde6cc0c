import type { Clock } from '../clock.ts';

interface Timer {
  dueMs: number;
  callback: () => void;
}

/** A clock that only moves when a test says so. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #nowMs: number;

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves on, and lets every timer that comes due do its work at its time. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (;;) {
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs);
      const [next] = due.sort((one, other) => one.dueMs - other.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }
}

/** Waits until a condition holds, turning the event loop; fails after two seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 2000;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`it did not come true: ${String(condition)}`);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
