import { execFile } from 'node:child_process';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection, type TextRow } from '@pg8s/shim/postgres/connection/connection';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import pino from 'pino';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';

const log = pino({ level: 'silent' });

/** PostgreSQL on a port, which it keeps, however often it ends. */
export class Database {
  readonly port: number;
  /** What it is started with. */
  readonly settings: Record<string, string> = {};
  readonly #dataDir: string;
  #server: EmbeddedPostgres | undefined;

  private constructor(dataDir: string, port: number) {
    this.#dataDir = dataDir;
    this.port = port;
  }

  /** Not started yet. */
  static async at(dataDir: string): Promise<Database> {
    return new Database(dataDir, await freePort());
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  async start(): Promise<void> {
    const settings = { listen_addresses: '127.0.0.1', port: String(this.port), ...this.settings };
    this.#server = await startEmbeddedPostgres({ dataDir: this.#dataDir, log, settings });
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<void> {
    await this.#server?.failed;
  }

  /** As a crash: what was acknowledged is in its log. */
  async crash(): Promise<void> {
    process.kill(await this.#pid(), 'SIGQUIT');
    await this.ended();
    // What belongs to the server that has ended, the lock of its folder among that, is let go.
    await this.stop();
  }

  /** As `pg_ctl restart -m immediate`: it recovers from its log. */
  async restartImmediately(): Promise<void> {
    await this.crash();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /**
   * A standby of this server, which must be stopped: a copy of its files, not started yet. It asks for
   * changes on `port`.
   */
  async copyStandby(dataDir: string, name: string, port: number): Promise<Database> {
    await promisify(execFile)('cp', ['-a', this.#dataDir, dataDir]);
    await rm(join(dataDir, 'postmaster.pid'), { force: true });
    await writeFile(join(dataDir, 'standby.signal'), '');
    const primary = `host=127.0.0.1 port=${port} user=postgres application_name=${name}`;
    await appendFile(join(dataDir, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
    return Database.at(dataDir);
  }

  /** As `pg_ctl promote`. */
  async promote(): Promise<void> {
    await writeFile(join(this.#dataDir, 'promote'), '');
    process.kill(await this.#pid(), 'SIGUSR1');
  }

  /** One statement of the test's own. */
  async query(text: string): Promise<TextRow[]> {
    const connection = new Connection({ connectionString: this.url, role: 'test', log, timeoutMs: 30_000 });
    return connection.query(text).finally(() => connection.close());
  }

  async #pid(): Promise<number> {
    return Number((await readFile(join(this.#dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }
}
