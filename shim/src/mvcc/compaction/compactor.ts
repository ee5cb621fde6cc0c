import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { CommittedState } from '../committed-state.ts';
import type { HistoryPort } from '../history-port.ts';
import type { RowRef } from '../history-row.ts';
import type { KeyIndex } from '../index/key-index.ts';
import { StoreError } from '../store-error.ts';
import { Turn } from '../commit/turn.ts';

/** Keys looked at in one step. */
const stepKeys = 500;
/** Rows deleted in one statement: about a millisecond of the database's time. */
const stepRows = 100;
/** Pauses between statements, as a multiple of their time: so that writers are hardly slowed down. */
const pauseFactor = 2;
/** Rows looked at by one statement of a sweep. */
const sweepRows = 1000;
/** How long another shim may take to delete the rows of the compaction before. Then this one does it. */
const earlierMs = 2000;

export interface CompactorOptions {
  port: HistoryPort;
  state: CommittedState;
  clock: Clock;
  log: Logger;
}

/**
 * Does in the background what a compaction has decided: forgets revisions in the index, in steps that let
 * other work in between, and deletes their rows if this shim was asked to compact. The others only forget.
 *
 * Of one key, older rows are deleted first, also by several shims: one that loads the table while a put is
 * there and its tombstone is not would see a deleted key. Each shim deletes in this order; and it deletes
 * what its index has just forgotten only if nothing is left of what the index had forgotten before.
 */
export class Compactor {
  readonly #options: CompactorOptions;
  readonly #turn = new Turn();
  /** The compaction up to which an index has forgotten; absent for one that was just loaded. */
  readonly #forgotten = new WeakMap<KeyIndex, number>();
  #closed = false;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  /** Resolves when everything is gone. Compactions run one after the other. */
  run(compaction: { revision: number; previous: number; deleteRows: boolean }): Promise<void> {
    return this.#turn.take(() => this.#run(compaction));
  }

  /**
   * Deletes rows that no shim refers to any more, because the one that should have deleted them died: reads
   * through the history and looks each row up in the index. Returns the number of rows deleted.
   */
  sweep(): Promise<number> {
    return this.#turn.take(() => this.#sweep());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn.take(() => Promise.resolve());
  }

  async #run(compaction: { revision: number; previous: number; deleteRows: boolean }): Promise<void> {
    const { state, log } = this.#options;
    const { revision, previous, deleteRows } = compaction;
    try {
      if (!deleteRows) return;
      await this.#finishEarlier(previous);
      const rows = await this.#forgetAndDelete(revision, previous);
      if (!this.#closed) log.info({ revision, rows }, 'compacted');
    } finally {
      // Also after an error, and for an index that was loaded in the meantime: a sweep deletes the rows.
      await this.#forget(state.index, revision);
    }
  }

  /**
   * Resolves when the rows of all compactions up to `previous` are deleted, by the shim that began them or,
   * after a while, by this one.
   */
  async #finishEarlier(previous: number): Promise<void> {
    const { clock, port, log } = this.#options;
    const start = clock.now();
    for (let pauseMs = 5; !this.#closed; pauseMs = Math.min(pauseMs * 2, 200)) {
      const fence = await this.#retry(() => port.readFence());
      if (fence !== undefined && fence.sweptRevision >= previous) return;
      if (clock.now() - start >= earlierMs) break;
      await clock.sleep(pauseMs);
    }
    if (this.#closed) return;
    const rows = await this.#sweep();
    log.info({ rows }, 'finished a compaction that another shim had begun');
  }

  /** Returns how many rows are gone. */
  async #forgetAndDelete(revision: number, previous: number): Promise<number> {
    const { state, port } = this.#options;
    const { index } = state;
    // What was just loaded has the rows of earlier compactions, too, if there are any left.
    const from = this.#forgotten.has(index) ? previous : 0;
    const rows = await this.#forget(index, revision, (some) => this.#deleteRows(some));
    if (this.#closed) return rows;
    await this.#retry(() => port.markSwept(from, revision));
    state.swept(revision);
    return rows;
  }

  /**
   * Makes an index forget; `each` gets the rows of some keys at a time, and is waited for. Returns how many
   * there were. If `each` throws, the rest is forgotten before this throws, too.
   */
  async #forget(
    index: KeyIndex,
    revision: number,
    each?: (rows: readonly RowRef[]) => Promise<void>,
  ): Promise<number> {
    const work = index.takeSuperseded(revision);
    let rows = 0;
    let failure: { error: unknown } | undefined;
    for (let at = 0; at < work.length && !this.#closed; at += stepKeys) {
      const forgotten = index.compact(work.slice(at, at + stepKeys), revision);
      rows += forgotten.length;
      try {
        // One key may have had any number of revisions.
        if (failure === undefined) await each?.(forgotten);
      } catch (error) {
        failure = { error };
      }
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    this.#forgotten.set(index, Math.max(revision, this.#forgotten.get(index) ?? -1));
    if (failure !== undefined) throw failure.error;
    return rows;
  }

  async #sweep(): Promise<number> {
    const { state, port } = this.#options;
    // The state may be loaded afresh while this runs, with an index that has forgotten nothing yet.
    const { index } = state;
    // Not the compacted revision: the index may have a compaction before it that waits for its turn.
    const upTo = this.#forgotten.get(index) ?? 0;
    let deleted = 0;
    let after = { revision: 0, sub: 0 };
    while (!this.#closed) {
      const from = after;
      const page = await this.#retry(() => port.listRows(from, upTo, sweepRows));
      const last = page?.at(-1);
      if (page === undefined || last === undefined) break;
      after = { revision: last.revision, sub: last.sub };
      const dead = page.filter((row) => !index.get(row.key)?.has(row.revision));
      await this.#deleteRows(dead);
      deleted += dead.length;
    }
    if (this.#closed) return deleted;
    await this.#retry(() => port.markSwept(0, upTo));
    state.swept(upTo);
    return deleted;
  }

  async #deleteRows(rows: readonly RowRef[]): Promise<void> {
    const { clock, port } = this.#options;
    for (let at = 0; at < rows.length && !this.#closed; at += stepRows) {
      const start = clock.now();
      await this.#retry(() => port.deleteRows(rows.slice(at, at + stepRows)));
      await clock.sleep(Math.min((clock.now() - start) * pauseFactor, 100));
    }
  }

  /** undefined: closed before the database was there. */
  async #retry<T>(work: () => Promise<T>): Promise<T | undefined> {
    for (let pauseMs = 50; !this.#closed; pauseMs = Math.min(pauseMs * 2, 2000)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unavailable') throw error;
        await this.#options.clock.sleep(pauseMs);
      }
    }
    return undefined;
  }
}
