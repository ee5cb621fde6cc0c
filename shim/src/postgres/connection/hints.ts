import type { Logger } from 'pino';
import { Connection } from './connection.ts';

const channel = 'pg8s_commit';

export interface HintsOptions {
  connectionString: string;
  memberId: bigint;
  log: Logger;
  timeoutMs: number;
}

/**
 * Notifies other shims of commits, and is notified of theirs, by NOTIFY and LISTEN. A hint may be lost
 * (pooler, failover): it only shortens the wait, correctness comes from polling.
 */
export class Hints {
  readonly #options: HintsOptions;
  readonly #listening: Connection;
  #sending: Promise<void> | undefined;
  #again = false;
  #onHint: () => void = () => undefined;

  constructor(options: HintsOptions) {
    this.#options = options;
    this.#listening = new Connection({
      connectionString: options.connectionString,
      role: 'hints',
      log: options.log,
      timeoutMs: options.timeoutMs,
      prepare: `LISTEN ${channel}`,
      onNotify: (sender) => {
        if (sender !== options.memberId.toString()) this.#onHint();
      },
    });
  }

  /** Calls `onHint` whenever another shim has committed. */
  subscribe(onHint: () => void): void {
    this.#onHint = onHint;
  }

  /** Listens, also again if the connection was lost. Never fails. */
  async listen(): Promise<void> {
    await this.#listening.connect().catch(() => undefined);
  }

  /** Sends a hint soon. Calls while one is being sent share the next one. */
  send(): void {
    if (this.#sending !== undefined) {
      this.#again = true;
      return;
    }
    this.#sending = this.#notify().finally(() => {
      this.#sending = undefined;
      if (this.#again) {
        this.#again = false;
        this.send();
      }
    });
  }

  async close(): Promise<void> {
    this.#again = false;
    await this.#sending;
    await this.#listening.close();
  }

  async #notify(): Promise<void> {
    try {
      await this.#listening.query('SELECT pg_notify($1, $2)', [channel, this.#options.memberId.toString()]);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'a hint was lost');
    }
  }
}
