import type { Logger } from 'pino';
import { ApiError, isNamespaceTerminating, retryAfterOf } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import { type Clock, delay } from '../clock.ts';

export interface EventLanesOptions {
  clock: Clock;
  log: Logger;
  /** 0 ≤ x < 1. */
  random: () => number;
}

// Events of one object go through one lane, so that a count never overtakes its creation.
const lanes = 8;
const waitingPerLane = 1000;
const attempts = 12;
const retryMs = 10_000;

/**
 * Writes events in the background, in order for each object. What does not fit the lanes is dropped; a refusal is
 * logged, and anything else tried again, twelve times in all (client-go: `record.maxTriesPerEvent`).
 */
export class EventLanes {
  readonly #options: EventLanesOptions;
  readonly #stop = new AbortController();
  readonly #waiting = Array.from({ length: lanes }, () => 0);
  readonly #tails = Array.from({ length: lanes }, () => Promise.resolve());

  constructor(options: EventLanesOptions) {
    this.#options = options;
  }

  /** Calls `write`, when its turn has come and until it succeeds. Returns whether there was room. */
  send(about: ApiObject, reason: string, write: () => Promise<void>): boolean {
    const lane = laneOf(about.metadata.uid ?? about.metadata.name ?? '');
    if (this.#stop.signal.aborted || (this.#waiting[lane] ?? 0) >= waitingPerLane) return false;
    this.#waiting[lane] = (this.#waiting[lane] ?? 0) + 1;
    this.#tails[lane] = (this.#tails[lane] ?? Promise.resolve())
      .then(() => this.#insist(reason, write))
      .finally(() => {
        this.#waiting[lane] = (this.#waiting[lane] ?? 1) - 1;
      });
    return true;
  }

  /** Resolves when everything so far was written or given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#tails);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #insist(reason: string, write: () => Promise<void>): Promise<void> {
    const { clock, log, random } = this.#options;
    for (let attempt = 1; !this.#stop.signal.aborted; attempt++) {
      try {
        return await write();
      } catch (error) {
        // A refusal will not change; a lost connection will.
        if (error instanceof ApiError && error.code < 500 && error.code !== 429) {
          if (!isNamespaceTerminating(error)) log.warn({ err: error, reason }, 'event was refused');
          return;
        }
        if (attempt === attempts) return log.warn({ err: error, reason }, 'event was given up');
        const busyMs = retryAfterOf(error);
        const waitMs = busyMs === undefined ? retryMs * random() : busyMs * (1 + random());
        await delay(clock, waitMs, this.#stop.signal);
      }
    }
  }
}

function laneOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash % lanes;
}
