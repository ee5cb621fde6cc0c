import { compactionKey } from './compactor.ts';
import type { SharedWatchStream } from './shared-watch-stream.ts';

/**
 * The revision below which the store has no history: API servers write it to a key that they all watch when
 * they compact.
 */
export class CompactedRevision {
  #value = 0;
  #stop: (() => void) | undefined;

  /** 0: not known, or never compacted. */
  get value(): number {
    return this.#value;
  }

  /** Follows every compaction from now on, until `watchStream` closes. */
  follow(watchStream: Pick<SharedWatchStream, 'subscribe'>): void {
    if (this.#stop !== undefined) return;
    const range = { low: compactionKey, high: `${compactionKey}\0` };
    const subscribe = (): void => {
      this.#stop = watchStream.subscribe(range, 0, {
        events: (events) => {
          for (const { kv } of events) this.advance(Number(Buffer.from(kv.value).toString()));
        },
        progress() {},
        compacted: (revision) => {
          this.advance(revision);
          subscribe();
        },
      });
    };
    subscribe();
  }

  /** What is no revision, or an older one, changes nothing. */
  advance(revision: number): void {
    if (Number.isSafeInteger(revision) && revision > this.#value) this.#value = revision;
  }
}
