const longestSeconds = 32;

/**
 * How long a client that was turned away should wait: it doubles while many are turned away, and sinks when
 * they are few (Kubernetes: `util/flowcontrol/dropped_requests_tracker.go`).
 */
export class RetryAfter {
  /** Requests that were turned away, by the second; of the last 32. */
  readonly #dropped = new Map<number, number>();
  #seconds = 1;
  #changedAt = 0;
  #current = 0;

  /** One is turned away at this second of the epoch; the result is the answer for it, in seconds. */
  drop(second: number): number {
    if (second !== this.#current) this.#turn(second);
    this.#dropped.set(second, (this.#dropped.get(second) ?? 0) + 1);
    return this.#seconds;
  }

  #turn(second: number): void {
    this.#current = second;
    let dropped = 0;
    for (const [at, count] of this.#dropped) {
      if (second - at > longestSeconds) this.#dropped.delete(at);
      else if (second - at <= this.#seconds && at < second) dropped += count;
    }
    if (second - this.#changedAt >= this.#seconds && dropped >= 3 * this.#seconds) {
      this.#seconds = Math.min(longestSeconds, this.#seconds * 2);
      this.#changedAt = second;
    } else if (dropped < this.#seconds && this.#seconds > 1) this.#seconds--;
  }
}
