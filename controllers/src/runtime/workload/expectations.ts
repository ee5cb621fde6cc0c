import type { Clock } from '../clock.ts';

interface Expected {
  creations: number;
  /** Uids of the objects whose deletion was requested. */
  deletions: Set<string>;
  sinceMs: number;
}

/** After so long an expectation does not count any more, even if it was not met. */
const patienceMs = 300_000;

/**
 * The creations and deletions that a controller requested and that its cache does not show yet, by the key of
 * its object (client-go: `controller.UIDTrackingControllerExpectations`). While an expectation is open the
 * cache is known to be behind, and counting from it would create or delete twice. Deletions are tracked by
 * uid because a deletion is seen twice: when the object is marked and when it is gone.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expected>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when everything was observed, or the time is over. */
  satisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (!expected) return true;
    if (expected.creations <= 0 && expected.deletions.size === 0) return true;
    return this.#clock.monotonicMs() - expected.sinceMs > patienceMs;
  }

  expectCreations(key: string, count: number): void {
    this.#expected.set(key, { creations: count, deletions: new Set(), sinceMs: this.#clock.monotonicMs() });
  }

  expectDeletions(key: string, uids: Iterable<string>): void {
    this.#expected.set(key, { creations: 0, deletions: new Set(uids), sinceMs: this.#clock.monotonicMs() });
  }

  /** A creation was observed, or failed. */
  creationObserved(key: string): void {
    const expected = this.#expected.get(key);
    if (expected && expected.creations > 0) expected.creations -= 1;
  }

  /** A deletion was observed, or failed. */
  deletionObserved(key: string, uid: string): void {
    this.#expected.get(key)?.deletions.delete(uid);
  }

  /** The controller's object is gone. */
  forget(key: string): void {
    this.#expected.delete(key);
  }
}
