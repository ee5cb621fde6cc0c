import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import pg from 'pg';
import pino from 'pino';
import { openStore, type OpenedStore, type OpenStoreOptions } from '../open-store.ts';

const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];

/** A database of a test's own, dropped after it, with everything that was opened on it closed before. */
export class TestDatabase {
  readonly url: string;
  readonly name: string;
  readonly #opened: OpenedStore[] = [];

  private constructor(name: string) {
    this.name = name;
    const url = new URL(serverUrl as string);
    url.pathname = `/${name}`;
    this.url = url.href;
  }

  /** Creates it on the server of PG8S_TEST_POSTGRES_URL. */
  static async create(t: TestContext): Promise<TestDatabase> {
    if (serverUrl === undefined) throw new Error('PG8S_TEST_POSTGRES_URL must name a PostgreSQL server');
    const database = new TestDatabase(`pg8s_test_${randomBytes(6).toString('hex')}`);
    await onServer(`CREATE DATABASE ${database.name}`);
    t.after(async () => {
      await Promise.all(database.#opened.map((opened) => opened.close()));
      await onServer(`DROP DATABASE ${database.name} WITH (FORCE)`);
    });
    return database;
  }

  /** A shim's store on it, quick to look and to reap. */
  async open(options: Partial<OpenStoreOptions> = {}): Promise<OpenedStore> {
    const opened = await openStore({
      connectionString: this.url,
      log: pino({ level: process.env['PG8S_TEST_LOG'] ?? 'silent' }),
      pollIntervalMs: 20,
      reapIntervalMs: 20,
      ...options,
    });
    let closing: Promise<void> | undefined;
    const once = { ...opened, close: () => (closing ??= opened.close()) };
    this.#opened.push(once);
    return once;
  }

  /** Runs a statement of the test's own, on a connection of its own. */
  async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return connected(
      this.url,
      async (client) => (await client.query<Record<string, unknown>>(text, values)).rows,
    );
  }

  /** A role that may only create schemas here, dropped after the test; and the URL by which it comes in. */
  async createRole(t: TestContext): Promise<{ role: string; url: string }> {
    const role = `pg8s_role_${randomBytes(6).toString('hex')}`;
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await onServer(`GRANT CREATE ON DATABASE ${this.name} TO ${role}`);
    // After the database: what it owns there is gone then.
    t.after(() => onServer(`DROP ROLE ${role}`));
    const url = new URL(this.url);
    url.username = role;
    url.password = 'x';
    return { role, url: url.href };
  }

  /** Ends the backends of shims on this database, those of one role or all. Returns how many there were. */
  async killBackends(role = '%'): Promise<number> {
    const killed = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = $1 AND application_name LIKE 'pg8s-shim ' || $2`,
      [this.name, role],
    );
    return killed.length;
  }
}

async function onServer(text: string): Promise<void> {
  await connected(serverUrl as string, (client) => client.query(text));
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
