import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';

/** What a failure log writes, and how often. */
export interface FailureLogOptions {
  log: Logger;
  clock: Clock;
  /** At most one line is written in this time. */
  intervalMs: number;
  /** Fields of every line. */
  fields: Readonly<Record<string, unknown>>;
}

/** Writes warnings at a bounded rate; each line says how many were left out since the one before. */
export class FailureLog {
  readonly #options: FailureLogOptions;
  #lastMs = Number.NEGATIVE_INFINITY;
  #suppressed = 0;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** Writes `message` with the error, or counts it where the last line is younger than `intervalMs`. */
  warn(error: unknown, message: string): void {
    const { log, clock, intervalMs, fields } = this.#options;
    const nowMs = clock.now();
    if (nowMs - this.#lastMs < intervalMs) {
      this.#suppressed += 1;
      return;
    }
    this.#lastMs = nowMs;
    log.warn({ ...fields, err: error, suppressed: this.#suppressed }, message);
    this.#suppressed = 0;
  }
}
