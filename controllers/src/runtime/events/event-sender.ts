import type { Logger } from 'pino';
import { ApiError, isNamespaceTerminating, retryAfterOf } from '../client/api-error.ts';
import type { ApiObject } from '../client/api-object.ts';
import { type Clock, delay } from '../clock.ts';

/** What a sender works with. */
export interface EventSenderOptions {
  clock: Clock;
  log: Logger;
  /** 0 ≤ x < 1. */
  random: () => number;
}

// Events of one object go through one queue, so that a count is never written before the event itself.
const queueCount = 8;
const queueLength = 1000;
const maxAttempts = 12;
const retryMs = 10_000;

/**
 * Writes events in the background, in order for each object. What does not fit the queues is dropped; a
 * refusal is logged, and anything else tried again, twelve times in all (client-go:
 * `record.maxTriesPerEvent`).
 */
export class EventSender {
  readonly #options: EventSenderOptions;
  readonly #stop = new AbortController();
  /** For each queue how many events wait, and the end of the last of them. */
  readonly #waiting = Array.from({ length: queueCount }, () => 0);
  readonly #last = Array.from({ length: queueCount }, () => Promise.resolve());

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  /**
   * Calls `write` after the earlier ones of its queue, until it succeeds. Returns false where the queue is
   * full.
   */
  send(about: ApiObject, reason: string, write: () => Promise<void>): boolean {
    const queue = queueOf(about.metadata.uid ?? about.metadata.name ?? '');
    if (this.#stop.signal.aborted || (this.#waiting[queue] ?? 0) >= queueLength) return false;
    this.#waiting[queue] = (this.#waiting[queue] ?? 0) + 1;
    this.#last[queue] = (this.#last[queue] ?? Promise.resolve())
      .then(() => this.#retry(reason, write))
      .finally(() => {
        this.#waiting[queue] = (this.#waiting[queue] ?? 1) - 1;
      });
    return true;
  }

  /** Resolves when everything sent so far was written or given up. */
  async flush(): Promise<void> {
    await Promise.all(this.#last);
  }

  /** Drops what waits. */
  stop(): void {
    this.#stop.abort();
  }

  async #retry(reason: string, write: () => Promise<void>): Promise<void> {
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
        if (attempt === maxAttempts) return log.warn({ err: error, reason }, 'event was given up');
        const busyMs = retryAfterOf(error);
        const waitMs = busyMs === undefined ? retryMs * random() : busyMs * (1 + random());
        await delay(clock, waitMs, this.#stop.signal);
      }
    }
  }
}

function queueOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0;
  return hash % queueCount;
}
