import type { CacheEvent } from './cache-event.ts';

/** Bounds of the history of changes. */
export interface HistoryLimits {
  /** So many are kept however old they are. */
  minEvents: number;
  /** Never more than these. */
  maxEvents: number;
  /** Kept for so long where there is room: a bit longer than the time between two bookmarks. */
  freshMs: number;
}

/** 75 s: a bit longer than a minute, the time between two bookmarks. */
export const defaultHistoryLimits: HistoryLimits = { minEvents: 100, maxEvents: 100_000, freshMs: 75_000 };

/**
 * The latest changes of one resource, oldest first, from which watches resume and old revisions are rebuilt.
 *
 *     floor 10 │ 12 15 15 19      every change after revision 10 is here:
 *              └ start       a watch may resume from 10 or later
 */
export class EventHistory {
  readonly #limits: HistoryLimits;
  #events: CacheEvent[] = [];
  /** Index of the oldest; those before it are dropped, and cut off now and then. */
  #start = 0;
  #floor = 0;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** Every change after this revision is known. */
  get floor(): number {
    return this.#floor;
  }

  get size(): number {
    return this.#events.length - this.#start;
  }

  /** Changes that are kept however old they are, or that are kept now where these are more. */
  get capacity(): number {
    return Math.max(this.size, this.#limits.minEvents);
  }

  /** Forgets everything: history begins after `revision`. */
  reset(revision: number): void {
    this.#events = [];
    this.#start = 0;
    this.#floor = revision;
  }

  /** Puts `events`, every change after `revision` and up to the floor, before all others. */
  reachBack(events: readonly CacheEvent[], revision: number): void {
    this.#events = [...events, ...this.#events.slice(this.#start)];
    this.#start = 0;
    this.#floor = revision;
  }

  push(event: CacheEvent): void {
    this.#events.push(event);
    this.prune(event.receivedAtMs);
  }

  /** Drops what is beyond the limits at `nowMs`. */
  prune(nowMs: number): void {
    const { minEvents, maxEvents, freshMs } = this.#limits;
    for (;;) {
      const oldest = this.#events[this.#start];
      if (oldest === undefined) break;
      const stale = this.size > minEvents && nowMs - oldest.receivedAtMs > freshMs;
      if (!stale && this.size <= maxEvents) break;
      this.#floor = oldest.revision;
      this.#start += 1;
    }
    if (this.#start > 256 && this.#start * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#start);
      this.#start = 0;
    }
  }

  /** Index of the first change after `revision`, for `from`. */
  #firstAfter(revision: number): number {
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The changes after `revision`, which must not be below the floor, oldest first. */
  after(revision: number): CacheEvent[] {
    return this.#events.slice(this.#firstAfter(revision));
  }
}
