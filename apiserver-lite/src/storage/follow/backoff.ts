/** How long to wait between failed attempts. */
export interface BackoffLimits {
  /** Before the second attempt. */
  firstMs: number;
  /** No wait is computed from more than this, so that none is longer than twice of it. */
  maxMs: number;
}

/**
 * Waiting times that double from `firstMs` up to `maxMs`. Each is multiplied by a factor between 1 and 2, so
 * that clients that failed at the same moment do not all come back at the same moment (Kubernetes:
 * `wait.Backoff` with a jitter of 1).
 */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: () => number;
  #nextMs: number;

  /** `random` returns numbers in [0, 1). */
  constructor(limits: BackoffLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.firstMs;
  }

  /** The time to wait before the next attempt, in milliseconds. */
  next(): number {
    const delayMs = this.#nextMs * (1 + this.#random());
    this.#nextMs = Math.min(this.#nextMs * 2, this.#limits.maxMs);
    return delayMs;
  }

  /** An attempt succeeded: the next failure waits `firstMs` again. */
  reset(): void {
    this.#nextMs = this.#limits.firstMs;
  }
}
