/** Demand over a period. */
export interface DemandSummary {
  average: number;
  deviation: number;
  max: number;
}

/** How many seats are wanted, over time: those in use and those waited for. */
export class SeatDemand {
  #since: number;
  #from: number;
  #value = 0;
  #area = 0;
  #squares = 0;
  #max = 0;

  /** `nowMs` is on the same clock as all that follow. */
  constructor(nowMs: number) {
    this.#since = nowMs;
    this.#from = nowMs;
  }

  set(value: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#value = value;
    if (value > this.#max) this.#max = value;
  }

  /** The period that ends now; the next begins. Its average is undefined where no time went by. */
  summarize(nowMs: number): DemandSummary | { average: undefined; max: number } {
    this.#advance(nowMs);
    const max = this.#max;
    const elapsedMs = nowMs - this.#since;
    const average = this.#area / elapsedMs;
    const deviation = Math.sqrt(Math.max(0, this.#squares / elapsedMs - average * average));
    this.#since = nowMs;
    this.#area = 0;
    this.#squares = 0;
    this.#max = this.#value;
    return elapsedMs > 0 ? { average, deviation, max } : { average: undefined, max };
  }

  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#from;
    if (elapsedMs <= 0) return;
    this.#area += this.#value * elapsedMs;
    this.#squares += this.#value * this.#value * elapsedMs;
    this.#from = nowMs;
  }
}
