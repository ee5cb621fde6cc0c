import { StoreError } from '../store-error.ts';

/**
 * Notices when the database has forgotten commits that it had acknowledged: after a failover to a server that
 * was behind, or when a backup was restored under a running shim. What this shim and its clients know is then
 * no part of the history any more, and the same revisions will come again with other contents. So it answers
 * nothing from that moment on.
 */
export class LostCommits {
  #error: StoreError | undefined;
  readonly #onLoss: (error: StoreError) => void;

  /** `onLoss` is called once. */
  constructor(onLoss: (error: StoreError) => void) {
    this.#onLoss = onLoss;
  }

  /** What everybody is refused with, once commits were lost. */
  get error(): StoreError | undefined {
    return this.#error;
  }

  /**
   * The database tells of commit `found`; `known` was there before it was asked. Throws `corrupt` if that is
   * gone.
   */
  compare(found: number, known: number): void {
    if (found >= known) return;
    if (this.#error === undefined) {
      this.#error = new StoreError(
        'corrupt',
        `the database is at commit ${found}, but had acknowledged ${known}: it has lost commits ` +
          '(a failover to a server that was behind, or a restored backup); see docs/operations.md',
      );
      this.#onLoss(this.#error);
    }
    throw this.#error;
  }
}
