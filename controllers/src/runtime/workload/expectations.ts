import type { Clock } from '../clock.ts';

interface Expected {
  creations: number;
  /** Keys of the objects whose deletion was asked for. */
  deletions: Set<string>;
  sinceMs: number;
}

/** After so long a controller acts again even if it never saw what it asked for. */
const patienceMs = 300_000;

/**
 * What a controller asked for and has not yet seen in its cache, by the key of its object (client-go:
 * `controller.UIDTrackingControllerExpectations`). While an expectation is open the cache is known to be behind, and
 * counting from it would create or delete twice. Deletions are tracked by uid because a deletion is seen twice: when the
 * object is marked and when it is gone.
 */
export class Expectations {
  readonly #clock: Clock;
  readonly #expected = new Map<string, Expected>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when everything asked for was seen, or patience has run out. */
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

  /** A creation was seen, or will not happen. */
  creationObserved(key: string): void {
    const expected = this.#expected.get(key);
    if (expected && expected.creations > 0) expected.creations -= 1;
  }

  /** A deletion was seen, or will not happen. */
  deletionObserved(key: string, uid: string): void {
    this.#expected.get(key)?.deletions.delete(uid);
  }

  /** The controller's object is gone. */
  forget(key: string): void {
    this.#expected.delete(key);
  }
}
