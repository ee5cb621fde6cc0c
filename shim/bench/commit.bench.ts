/**
 * Group commit against one INSERT per commit (as kine writes: every request its own transaction) on the same
 * PostgreSQL, by the number of clients that write at the same time. Alone: `node shim/bench/commit.bench.ts`,
 * with PG8S_TEST_POSTGRES_URL naming a server.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import pino from 'pino';
import { openStore } from '../src/postgres/open-store.ts';

const concurrencies = [1, 16, 64, 256];
const valueBytes = 1024;
/** The reference writer's pool: more connections make it slower, not faster. */
const poolSize = 16;

/** One line of the result. */
export interface BenchRow {
  clients: number;
  groupCommitPerSecond: number;
  groupCommitP99Ms: number;
  insertPerSecond: number;
  insertP99Ms: number;
  /** How many times as many writes per second. */
  ratio: number;
}

export interface BenchOptions {
  /** A server on which a database is created and dropped. */
  serverUrl: string;
  /** How long each measurement takes. */
  seconds?: number;
}

/** Measures both writers in turn, the smaller numbers of clients first. */
export async function run(options: BenchOptions): Promise<BenchRow[]> {
  const seconds = options.seconds ?? 2;
  const rows: BenchRow[] = [];
  const name = `pg8s_bench_${randomBytes(4).toString('hex')}`;
  const url = new URL(options.serverUrl);
  url.pathname = `/${name}`;
  await onServer(options.serverUrl, `CREATE DATABASE ${name}`);
  try {
    for (const clients of concurrencies) {
      const inserts = await measureInserts(url.href, clients, seconds);
      const groups = await measureGroupCommit(url.href, clients, seconds);
      rows.push({
        clients,
        groupCommitPerSecond: Math.round(groups.perSecond),
        groupCommitP99Ms: round(groups.p99Ms),
        insertPerSecond: Math.round(inserts.perSecond),
        insertP99Ms: round(inserts.p99Ms),
        ratio: round(groups.perSecond / inserts.perSecond),
      });
    }
  } finally {
    await onServer(options.serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
  return rows;
}

interface Measured {
  perSecond: number;
  p99Ms: number;
}

async function measureGroupCommit(url: string, clients: number, seconds: number): Promise<Measured> {
  const { store, close } = await openStore({ connectionString: url, log: pino({ level: 'warn' }) });
  try {
    // As a kube-apiserver creates: only if the key is not there.
    return await measure({ clients, seconds }, async (n) => {
      const key = Buffer.from(`/registry/bench/${clients}/${n}`);
      await store.txn({
        compare: [{ key, target: 'MOD', modRevision: 0 }],
        success: [{ requestPut: { key, value: randomBytes(valueBytes) } }],
      });
    });
  } finally {
    await close();
  }
}

async function measureInserts(url: string, clients: number, seconds: number): Promise<Measured> {
  const pool = new pg.Pool({ connectionString: url, max: Math.min(clients, poolSize) });
  try {
    await pool.query(`CREATE TABLE IF NOT EXISTS reference (
      id bigserial PRIMARY KEY, name text NOT NULL, created boolean, deleted boolean, create_revision bigint,
      prev_revision bigint, lease bigint, value bytea, old_value bytea)`);
    await pool.query('CREATE INDEX IF NOT EXISTS reference_name ON reference (name)');
    await pool.query(
      'CREATE UNIQUE INDEX IF NOT EXISTS reference_name_prev ON reference (name, prev_revision)',
    );
    return await measure({ clients, seconds }, async (n) => {
      await pool.query({
        name: 'reference',
        text: `INSERT INTO reference (name, created, deleted, create_revision, prev_revision, lease, value)
               VALUES ($1, true, false, 0, 0, 0, $2) RETURNING id`,
        values: [`/registry/bench/${clients}/${n}`, randomBytes(valueBytes)],
      });
    });
  } finally {
    await pool.end();
  }
}

/** `clients` loops that write one after the other, until the time is over. */
async function measure(
  load: { clients: number; seconds: number },
  write: (n: number) => Promise<void>,
): Promise<Measured> {
  let n = 0;
  for (; n < 200; n++) await write(n);
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + load.seconds * 1000;
  await Promise.all(
    Array.from({ length: load.clients }, async () => {
      for (let before = performance.now(); before < end;) {
        await write(n++);
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / elapsed,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
  };
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

if (import.meta.main) {
  const serverUrl = process.env['PG8S_TEST_POSTGRES_URL'];
  if (serverUrl === undefined) throw new Error('PG8S_TEST_POSTGRES_URL must name a PostgreSQL server');
  console.table(await run({ serverUrl }));
}
