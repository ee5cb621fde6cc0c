import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { CommittedState } from '../committed-state.ts';
import type { HistoryPort } from '../history-port.ts';
import type { RowRef } from '../history-row.ts';
import type { KeyIndex, Superseding } from '../index/key-index.ts';
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
 */
export class Compactor {
  readonly #options: CompactorOptions;
  readonly #turn = new Turn();
  /** The index has forgotten everything up to here. */
  #finished = 0;
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
    const { state, port, log } = this.#options;
    if (compaction.deleteRows) await this.#finishEarlier(compaction.previous);
    const { index } = state;
    const work = index.takeSuperseded(compaction.revision);
    let rows = 0;
    for (let at = 0; at < work.length && !this.#closed; at += stepKeys) {
      rows += await this.#step(index, work.slice(at, at + stepKeys), compaction);
    }
    if (this.#closed) return;
    this.#finished = compaction.revision;
    if (!compaction.deleteRows) return;
    await this.#retry(() => port.markSwept(compaction.previous, compaction.revision));
    state.swept(compaction.revision);
    log.info({ revision: compaction.revision, rows }, 'compacted');
  }

  /**
   * Resolves when the rows of all compactions up to `previous` are deleted. Of one key older rows have to go
   * first: a shim that loads the table while a put is still there and its tombstone is not would have a
   * deleted key.
   */
  async #finishEarlier(previous: number): Promise<void> {
    const { clock, port } = this.#options;
    const start = clock.now();
    for (let pauseMs = 5; !this.#closed; pauseMs = Math.min(pauseMs * 2, 200)) {
      let swept = 0;
      await this.#retry(async () => {
        swept = (await port.readFence()).sweptRevision;
      });
      if (swept >= previous) return;
      if (clock.now() - start >= earlierMs) break;
      await clock.sleep(pauseMs);
    }
    const rows = await this.#sweep();
    this.#options.log.info({ rows }, 'finished a compaction that another shim had begun');
  }

  async #step(
    index: KeyIndex,
    keys: Superseding[],
    compaction: { revision: number; deleteRows: boolean },
  ): Promise<number> {
    const rows = index.compact(keys, compaction.revision);
    // One key may have had any number of revisions.
    if (compaction.deleteRows) await this.#deleteRows(rows);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return rows.length;
  }

  async #sweep(): Promise<number> {
    const { state, port } = this.#options;
    // Not the compacted revision: the index does not have a compaction yet that waits for its turn.
    const upTo = this.#finished;
    let deleted = 0;
    let after = { revision: 0, sub: 0 };
    while (!this.#closed) {
      const page = await port.listRows(after, upTo, sweepRows);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { revision: last.revision, sub: last.sub };
      const dead = page.filter((row) => !state.index.get(row.key)?.has(row.revision));
      await this.#deleteRows(dead);
      deleted += dead.length;
    }
    if (this.#closed) return deleted;
    await port.markSwept(0, upTo);
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

  async #retry(work: () => Promise<void>): Promise<void> {
    for (let pauseMs = 50; !this.#closed; pauseMs = Math.min(pauseMs * 2, 2000)) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'unavailable') throw error;
        await this.#options.clock.sleep(pauseMs);
      }
    }
  }
}
