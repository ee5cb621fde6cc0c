/** Tells a person, line by line, which part came up and how long it took. */
export class Progress {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  #lastMs: number;
  readonly #startedMs: number;

  /** `now` in milliseconds, from any beginning. */
  constructor(write: (line: string) => void, now: () => number = () => performance.now()) {
    this.#write = write;
    this.#now = now;
    this.#startedMs = now();
    this.#lastMs = this.#startedMs;
  }

  /** `part` is up now; its time counts from the part before. */
  up(part: string, detail: string): void {
    const nowMs = this.#now();
    this.#write(`${part.padEnd(12)} ${seconds(nowMs - this.#lastMs).padStart(7)}  ${detail}`);
    this.#lastMs = nowMs;
  }

  /** All the time since the beginning, e.g. `1.84 s`. */
  total(): string {
    return seconds(this.#now() - this.#startedMs);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
