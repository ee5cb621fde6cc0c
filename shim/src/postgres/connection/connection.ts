import pg from 'pg';
import type { Logger } from 'pino';
import { StoreError } from '../../mvcc/store-error.ts';
import { type DatabaseServer, databaseServers } from './database-servers.ts';
import { toStoreError } from './pg-error.ts';
import { areParameters, PreparedCall } from './prepared-call.ts';

/** A row as the server sent it: text in PostgreSQL's format, or null. */
export type TextRow = (string | null)[];

/** What `query` takes; `name` makes it a prepared statement of the connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

export interface ConnectionOptions {
  /** May name several servers, as libpq takes it: the first that can be reached and takes writes is used. */
  connectionString: string;
  /** What it is for, e.g. `commit`: shown in `pg_stat_activity.application_name`. */
  role: string;
  log: Logger;
  /** A statement without an answer after this long loses its connection. */
  timeoutMs: number;
  /** Called with each notification on a channel that was listened to. */
  onNotify?: (payload: string) => void;
  /** Statements to run on every new connection. */
  prepare?: string;
}

/**
 * No statement takes long, and no transaction may hold the fence while it is idle. `jit` would only cost
 * time. Everything is read by index, and a plan made while a table was empty must not say otherwise later.
 */
const sessionSettings = {
  statement_timeout: '30s',
  idle_in_transaction_session_timeout: '5s',
  default_transaction_isolation: 'read committed',
  synchronous_commit: 'on',
  jit: 'off',
  enable_seqscan: 'off',
  bytea_output: 'hex',
} as const;

/**
 * The same for a transaction behind a pooler that gives each transaction another session (PgBouncer in
 * transaction mode): what is set for a session would hold for other clients of the pooler, and not for this
 * one. All other settings there are PostgreSQL's defaults.
 */
const transactionSettings = `SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '5s'`;

/**
 * A server that a pg8s process starts for itself alone has a setting with a random value, `pg8s.owner`, for
 * as long as it runs; that process' URL sets `pg8s.client` to the same. Shims with another value, or with one
 * where the server has none, are kept out when they connect, and when they connect again: so the owner's shim
 * is the only one, and answers reads without asking the database whether there is something newer.
 */
const ownerSettings = `nullif(current_setting('pg8s.owner', true), '') AS owner,
            nullif(current_setting('pg8s.client', true), '') AS client`;

/** A server that does not answer is skipped after this long, if there is another one. */
const passByMs = 3000;

/**
 * One connection, made anew when it is lost. Statements run one after the other. Rejects with a `StoreError`,
 * or, when the connection is lost after a statement was sent, with `ConnectionLostError`.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #servers: readonly DatabaseServer[];
  #client: Promise<pg.Client> | undefined;
  /** The client in use: one that was dropped reports its end later, when another may have taken its place. */
  #current: pg.Client | undefined;
  #failedAt = 0;
  #failures = 0;
  #closed = false;
  /** There is a pooler in between: no prepared statements, no settings of the session, no notifications. */
  #pooled = false;
  #last: Promise<unknown> = Promise.resolve();
  /** Where the answer to a statement is awaited, and since when. */
  #awaited: pg.Client | undefined;
  #awaitedSince = 0;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#servers = databaseServers(options.connectionString);
  }

  /** Runs one statement, or several without parameters. Returns the rows of the last. */
  query(statement: string | Statement, values?: unknown[]): Promise<TextRow[]> {
    return this.#inTurn(async () => this.#run(await this.#connected(), statement, values));
  }

  /** Runs `work` between BEGIN and COMMIT, on its own; rolls back if it throws. */
  transaction<T>(
    work: (query: (statement: string | Statement, values?: unknown[]) => Promise<TextRow[]>) => Promise<T>,
    begin = 'BEGIN',
  ): Promise<T> {
    return this.#inTurn(async () => {
      const client = await this.#connected();
      const query = (statement: string | Statement, values?: unknown[]) =>
        this.#run(client, statement, values);
      await query(this.#pooled ? `${begin}; ${transactionSettings}` : begin);
      let result: T;
      try {
        result = await work(query);
      } catch (error) {
        await query('ROLLBACK').catch(() => this.#drop(client));
        throw error;
      }
      await query('COMMIT');
      return result;
    });
  }

  /** Whether this process has started the server, for itself alone. */
  async isOwners(): Promise<boolean> {
    const [[owner] = []] = await this.query(`SELECT nullif(current_setting('pg8s.owner', true), '')`);
    return typeof owner === 'string';
  }

  /** Connects, if it is not connected. Rejects with `unavailable`. */
  async connect(): Promise<void> {
    await this.#connected();
  }

  /** Drops the connection, so that the statement under way fails at once. */
  abandon(): void {
    if (this.#current !== undefined) this.#drop(this.#current);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last.catch(() => undefined);
    clearTimeout(this.#watchdog);
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #run(
    client: pg.Client,
    statement: string | Statement,
    values: unknown[] | undefined,
  ): Promise<TextRow[]> {
    this.#awaited = client;
    this.#awaitedSince = performance.now();
    this.#watchdog ??= setTimeout(() => this.#look(), this.#options.timeoutMs);
    try {
      if (typeof statement !== 'string' && statement.name !== undefined && !this.#pooled) {
        const given = values ?? noValues;
        const { name, text } = statement;
        if (areParameters(given)) return await PreparedCall.on(client, { name, text }, given);
      }
      const config = typeof statement === 'string' || this.#pooled ? { text: textOf(statement) } : statement;
      const result = await client.query<TextRow>({
        ...config,
        ...(values === undefined ? {} : { values }),
        rowMode: 'array',
        types: rawTypes,
      });
      return (Array.isArray(result) ? (result.at(-1) as pg.QueryArrayResult) : result).rows;
    } catch (error) {
      // After a failover this may be a standby now: the next statement looks for the primary again.
      if (error instanceof pg.DatabaseError && error.code === '25006') this.#drop(client);
      throw toStoreError(error);
    } finally {
      this.#awaited = undefined;
    }
  }

  /** One timer for all statements: it is late, or it looks again when the one of now would be. */
  #look(): void {
    this.#watchdog = undefined;
    if (this.#awaited === undefined) return;
    const leftMs = this.#awaitedSince + this.#options.timeoutMs - performance.now();
    if (leftMs > 0) this.#watchdog = setTimeout(() => this.#look(), leftMs);
    else this.#drop(this.#awaited);
  }

  async #connected(): Promise<pg.Client> {
    if (this.#closed) throw new StoreError('stopped');
    if (this.#client === undefined) {
      // A call right after a failure gets that failure again: callers pause and retry by themselves.
      const waitMs = Math.min(50 * 2 ** this.#failures, 1000);
      if (this.#failures > 0 && performance.now() - this.#failedAt < waitMs / 2) {
        throw new StoreError('unavailable', 'the database was not reachable a moment ago');
      }
      const connecting = this.#open();
      this.#client = connecting;
      connecting.catch(() => {
        if (this.#client === connecting) this.#client = undefined;
        this.#failures = Math.min(this.#failures + 1, 6);
        this.#failedAt = performance.now();
      });
    }
    return this.#client;
  }

  /**
   * Connects to the first server that accepts. They are tried in their order: the first is usually the
   * primary.
   */
  async #open(): Promise<pg.Client> {
    const reasons: string[] = [];
    for (const server of this.#servers) {
      try {
        const client = await this.#openOn(server);
        this.#failures = 0;
        this.#current = client;
        return client;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (this.#servers.length === 1)
          throw new StoreError('unavailable', `cannot connect to the database: ${reason}`, { cause: error });
        reasons.push(`${server.name}: ${reason}`);
      }
    }
    throw new StoreError('unavailable', `cannot connect to the database: ${reasons.join('; ')}`);
  }

  async #openOn({ connectionString }: DatabaseServer): Promise<pg.Client> {
    const { role, log, timeoutMs, onNotify, prepare } = this.#options;
    const client = new pg.Client({
      connectionString,
      application_name: `pg8s-shim ${role}`,
      keepAlive: true,
      connectionTimeoutMillis: this.#servers.length === 1 ? timeoutMs : Math.min(timeoutMs, passByMs),
    });
    client.on('error', (error) => {
      log.warn({ err: error, role }, 'database connection lost');
      this.#forget(client);
    });
    client.on('end', () => this.#forget(client));
    if (onNotify !== undefined) client.on('notification', (message) => onNotify(message.payload ?? ''));
    const timer = setTimeout(() => destroy(client), timeoutMs);
    try {
      await client.connect();
      this.#pooled = !(await prepareSession(client));
      if (!this.#pooled && prepare !== undefined) await client.query(prepare);
      return client;
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #forget(client: pg.Client): void {
    if (this.#current !== client) return;
    this.#current = undefined;
    this.#client = undefined;
  }

  /** The statement hangs: without its connection it fails at once. */
  #drop(client: pg.Client): void {
    this.#forget(client);
    destroy(client);
  }
}

function destroy(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

interface SessionRow {
  set: string | null;
  readonly: string;
  standby: boolean;
  owner: string | null;
  client: string | null;
}

/**
 * Sets what is set for the session, in one round trip; returns false, and sets nothing, if there is a pooler
 * in between: it reports a process id of its own, not that of the backend that answers. Throws if nothing can
 * be written.
 */
async function prepareSession(client: pg.Client): Promise<boolean> {
  const process = Number((client as unknown as { processID: number | null }).processID ?? 0);
  const settings = Object.entries(sessionSettings).map(
    ([name, value]) => `set_config('${name}', '${value}', false)`,
  );
  const { rows } = await client.query<SessionRow>(
    `SELECT CASE WHEN pg_backend_pid() = ${process} THEN concat(${settings.join(', ')}) END AS set,
            current_setting('transaction_read_only') AS readonly, pg_is_in_recovery() AS standby,
            ${ownerSettings}`,
  );
  const [row] = rows;
  if (row?.owner !== row?.client) throw new Error(notTheOwner(row?.owner));
  if (row?.standby === true) throw new Error('it is a standby, which takes no writes: name the primary');
  if (row?.readonly === 'on') throw new Error('it takes no writes: default_transaction_read_only is on');
  return typeof row?.set === 'string';
}

function notTheOwner(owner: string | null | undefined): string {
  return owner === null
    ? 'it is not the server that this process has started'
    : 'it is the own server of another pg8s process, which lets no other etcd server use its databases';
}

function textOf(statement: string | Statement): string {
  return typeof statement === 'string' ? statement : statement.text;
}

const noValues: unknown[] = [];

/**
 * Values stay the text that the server sent: each column's type is known, and decoded faster than by the
 * driver.
 */
const rawTypes = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;
