import type { Clock } from '../clock.ts';
import type { CommittedState } from '../committed-state.ts';
import type { Committer } from './committer.ts';
import type { HistoryPort } from '../history-port.ts';
import type { LostCommits } from './lost-commits.ts';
import { StoreError } from '../store-error.ts';

export interface ReadIndexOptions {
  port: HistoryPort;
  state: CommittedState;
  committer: Committer;
  clock: Clock;
  lost: LostCommits;
  timeoutMs: number;
  /** As in `MvccStoreOptions`. */
  isAlone: boolean;
}

const nothingToWaitFor = Promise.resolve();

/**
 * etcd's ReadIndex: before a linearizable read, ask the database for its newest revision, and wait until that
 * is applied here. One question is in flight at a time; calls made while it runs share the next one, because
 * the one that runs may have been answered before they were made.
 *
 * Where no other shim can use the database, what is applied here is the newest revision, and nothing is
 * asked: a commit under way is not answered before it is applied, and nobody else can have seen it.
 */
export class ReadIndex {
  readonly #options: ReadIndexOptions;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(options: ReadIndexOptions) {
    this.#options = options;
  }

  /** Rejects with `unavailable` when the database does not answer in time. */
  wait(): Promise<void> {
    return this.#options.isAlone ? nothingToWaitFor : this.ask();
  }

  /** As `wait`, but asks the database in any case: for what was changed there past the committer. */
  ask(): Promise<void> {
    if (this.#next === undefined) {
      const next = this.#running.then(() => {
        this.#next = undefined;
        const round = this.#askNow();
        this.#running = round.catch(() => undefined);
        return round;
      });
      this.#next = next;
    }
    return this.#next;
  }

  async #askNow(): Promise<void> {
    const { port, state, committer, clock, lost, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 500)) {
      try {
        const known = state.fence.commitIndex;
        const fence = await port.readFence();
        lost.compare(fence.commitIndex, known);
        if (fence.commitIndex > state.fence.commitIndex) await committer.catchUp(fence.commitIndex);
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unavailable' || clock.now() >= deadline)
          throw error;
        await clock.sleep(pauseMs);
      }
    }
  }
}
