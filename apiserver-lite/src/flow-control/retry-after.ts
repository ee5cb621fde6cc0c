const longestSeconds = 32;
/** So many are turned away for each second of the delay before the delay grows. */
const manyEachSecond = 3;

/**
 * How long clients that are turned away are asked to wait, in seconds: one at first. Each second in which one
 * is turned away, those of the seconds before count, as many seconds as the delay is long. Three for each
 * second double the delay, but no sooner after the last time than the delay itself; less than one for each
 * second make it one second shorter (Kubernetes: `util/flowcontrol`, the header Retry-After).
 */
export class RetryAfter {
  /** How many were turned away in each of the last seconds, by the second modulo the length. */
  readonly #counts = new Uint32Array(longestSeconds + 1);
  #newest = 0;
  #delay = 1;
  #doubledAt = 0;

  /** One is turned away at this second of the epoch. Returns how long it should wait, in seconds. */
  drop(second: number): number {
    if (second > this.#newest) {
      this.#forget(second);
      this.#delay = this.#delayAt(second);
    }
    this.#counts[this.#slot(second)]! += 1;
    return this.#delay;
  }

  /** The seconds since the last one had nobody. */
  #forget(second: number): void {
    const empty = Math.min(second - this.#newest, this.#counts.length);
    for (let ago = 0; ago < empty; ago++) this.#counts[this.#slot(second - ago)] = 0;
    this.#newest = second;
  }

  #delayAt(second: number): number {
    let recent = 0;
    for (let ago = 1; ago <= this.#delay; ago++) recent += this.#counts[this.#slot(second - ago)] ?? 0;
    if (recent < this.#delay) return Math.max(1, this.#delay - 1);
    const mayDouble = second - this.#doubledAt >= this.#delay;
    if (!mayDouble || recent < manyEachSecond * this.#delay) return this.#delay;
    this.#doubledAt = second;
    return Math.min(longestSeconds, this.#delay * 2);
  }

  #slot(second: number): number {
    return second % this.#counts.length;
  }
}
