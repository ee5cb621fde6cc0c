import { join } from 'node:path';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import type { Logger } from 'pino';
import type { SharedPostgres, SharedPostgresOptions } from '../control-plane-options.ts';
import { takeDataDir } from '../data-dir.ts';
import { silentLog } from '../silent-log.ts';
import { StopStack } from '../stop-stack.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';
import { UsageError } from '../usage-error.ts';
import { startEmbeddedPostgres } from './embedded.ts';

const timeoutMs = 15_000;
/** PostgreSQL cuts longer names off. */
const databaseName = /^[a-z0-9_]{1,63}$/;

/**
 * Starts an embedded PostgreSQL that several control planes of this process share. Its 64 connections are
 * enough for ten of them; `settings.max_connections` is for more.
 *
 * @throws UsageError, see `startEmbeddedPostgres`.
 */
export async function startPostgres(options: SharedPostgresOptions = {}): Promise<SharedPostgres> {
  const stack = new StopStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

async function start(options: SharedPostgresOptions, stack: StopStack): Promise<SharedPostgres> {
  const { log = silentLog(), settings } = options;
  const temporary = options.dataDir === undefined ? await makeTemporaryFolder() : undefined;
  if (temporary !== undefined) stack.push('temporary folder', () => temporary.remove());
  const dataDir = await takeDataDir(options.dataDir ?? temporary!.path);
  stack.push('data directory', () => dataDir.release());
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir.path, 'postgres'),
    log: log.child({ part: 'postgres' }),
    ...(settings === undefined ? {} : { settings }),
    holds: temporary?.holds,
  });
  stack.push('postgres', () => postgres.stop());
  const databases = new Databases(postgres.url, log);
  const stop = (): Promise<void> => stack.close();
  return {
    version: postgres.version,
    failed: postgres.failed,
    createDatabase: (name) => databases.create(name),
    dropDatabase: (name) => databases.drop(name),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The databases of one server; `url` is of a superuser. */
class Databases {
  readonly #url: string;
  readonly #log: Logger;

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  async create(name: string): Promise<string> {
    checkName(name);
    await this.#query(async (connection) => {
      const found = await connection.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (found.length === 0) await connection.query(`CREATE DATABASE "${name}" TEMPLATE template0`);
    });
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  async drop(name: string): Promise<void> {
    checkName(name);
    await this.#query((connection) => connection.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
  }

  async #query(work: (connection: Connection) => Promise<unknown>): Promise<void> {
    const connection = new Connection({
      connectionString: this.#url,
      role: 'databases',
      log: this.#log,
      timeoutMs,
    });
    try {
      await work(connection);
    } finally {
      await connection.close();
    }
  }
}

function checkName(name: string): void {
  if (!databaseName.test(name)) {
    throw new UsageError(`"${name}" cannot name a database: small letters, digits and _, 63 at most`);
  }
}
