import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';

/** How much history is kept: what is older than a time, or all but so many revisions. */
export type Retention =
  | { readonly mode: 'periodic'; readonly periodMs: number }
  | { readonly mode: 'revision'; readonly revisions: number };

const revisionIntervalMs = 5 * 60_000;
const longestPeriodicIntervalMs = 60 * 60_000;
/** Revisions are noted so often in a period. */
const samplesPerPeriod = 10;

/**
 * Compacts by itself (etcd: `server/etcdserver/api/v3compactor`). Every shim of a database may do it: what
 * one has compacted already, the others leave.
 *
 *     period 10 min:  note 100  note 140 …  after 10 min: compact 100, then the note that is 10 min old
 */
export class AutoCompactor {
  /** `tick` is to be called so often. */
  readonly tickMs: number;
  readonly #store: Pick<Store, 'compact' | 'currentRevision' | 'compactRevision'>;
  readonly #retention: Retention;
  readonly #notes: { atMs: number; revision: number }[] = [];
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(store: Pick<Store, 'compact' | 'currentRevision' | 'compactRevision'>, retention: Retention) {
    this.#store = store;
    this.#retention = retention;
    this.tickMs =
      retention.mode === 'revision'
        ? revisionIntervalMs
        : Math.max(1, Math.min(retention.periodMs, longestPeriodicIntervalMs) / samplesPerPeriod);
  }

  /** Compacts what is due; the revision, if it did. Rejects with a StoreError; the next tick tries again. */
  async tick(nowMs: number): Promise<number | undefined> {
    const revision = this.#target(nowMs);
    if (revision === undefined || revision <= this.#store.compactRevision) return undefined;
    try {
      await this.#store.compact({ revision });
    } catch (error) {
      // Another shim was faster.
      if (error instanceof StoreError && error.code === 'compacted') return undefined;
      throw error;
    }
    this.#lastMs = nowMs;
    return revision;
  }

  #target(nowMs: number): number | undefined {
    const { currentRevision } = this.#store;
    if (this.#retention.mode === 'revision') {
      const revision = currentRevision - this.#retention.revisions;
      return revision > 0 ? revision : undefined;
    }
    const { periodMs } = this.#retention;
    this.#notes.push({ atMs: nowMs, revision: currentRevision });
    while ((this.#notes[1]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs - periodMs) this.#notes.shift();
    const isDue = nowMs - this.#lastMs >= Math.min(periodMs, longestPeriodicIntervalMs);
    const oldest = this.#notes[0];
    return isDue && oldest !== undefined && oldest.atMs <= nowMs - periodMs ? oldest.revision : undefined;
  }
}
