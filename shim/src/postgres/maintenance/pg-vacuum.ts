import type { Logger } from 'pino';
import { Connection } from '../connection/connection.ts';

/** Fewer deleted rows are left to autovacuum. */
const worthRows = 10_000;
const timeoutMs = 600_000;

export interface PgVacuumOptions {
  connectionString: string;
  log: Logger;
  /** Takes one of the process' temporary connections; undefined: all are taken. */
  takeConnection: () => (() => void) | undefined;
}

/**
 * Makes the space of compacted rows usable at once. Autovacuum comes a minute later or more, and what is
 * written until then makes the file larger for good: measured with 250 writes/s and a compaction every five
 * minutes, by a twentieth (docs/adr/0005-history-layout.md).
 */
export class PgVacuum {
  readonly #options: PgVacuumOptions;
  #deleted = 0;
  #running: Promise<void> | undefined;
  #connection: Connection | undefined;

  constructor(options: PgVacuumOptions) {
    this.#options = options;
  }

  /** So many rows of history were deleted. */
  deleted(rows: number): void {
    this.#deleted += rows;
  }

  /** A compaction has deleted all its rows: vacuums in the background, if it is worth it. Never fails. */
  compacted(): void {
    if (this.#running !== undefined || this.#deleted < worthRows) return;
    this.#deleted = 0;
    this.#running = this.#vacuum().finally(() => {
      this.#running = undefined;
    });
  }

  /** Breaks off what runs. */
  async close(): Promise<void> {
    this.#deleted = 0;
    this.#connection?.abandon();
    await this.#running;
  }

  async #vacuum(): Promise<void> {
    const { connectionString, log } = this.#options;
    const giveBack = this.#options.takeConnection();
    if (giveBack === undefined) return log.info('the history was not vacuumed: autovacuum will do it');
    const connection = new Connection({
      connectionString,
      role: 'vacuum',
      log,
      timeoutMs,
      // As gentle as autovacuum.
      prepare: "SET statement_timeout = 0; SET vacuum_cost_delay = '1ms'",
    });
    this.#connection = connection;
    try {
      // If autovacuum is there already, that is enough.
      await connection.query('VACUUM (SKIP_LOCKED) pg8s.history');
    } catch (error) {
      log.info({ err: error }, 'the history was not vacuumed: autovacuum will do it');
    } finally {
      this.#connection = undefined;
      await connection.close();
      giveBack();
    }
  }
}
