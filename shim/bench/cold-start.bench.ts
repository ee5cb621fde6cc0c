/**
 * How long a shim needs from its start to its first answer, and how much memory, with 1,000,000 living keys
 * and 1,000,000 rows of history. PG8S_BENCH_KEYS and PG8S_BENCH_VALUE_BYTES (1024) choose others. Ends with
 * an error beyond 10 s or 1 GiB. Alone: `node shim/bench/cold-start.bench.ts`, with PG8S_TEST_POSTGRES_URL
 * naming a server.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import pino from 'pino';
import { openStore } from '../src/postgres/open-store.ts';
import { createDatabase } from '../src/postgres/testing/create-database.ts';

const keys = Number(process.env['PG8S_BENCH_KEYS'] ?? 1_000_000);
const valueBytes = Number(process.env['PG8S_BENCH_VALUE_BYTES'] ?? 1024);
const starts = 3;
const mostSeconds = 10;
const mostMiB = 1024;
const rowsPerInsert = 100_000;
/** Of each other independent: the order of the keys has nothing to do with the order of the writes. */
const stride = 7919;

interface ColdStart {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** At most, and when everything was loaded. */
  readonly peakMiB: number;
  readonly residentMiB: number;
}

const [childUrl] = process.argv.slice(2);
if (childUrl === undefined) await measure(process.env['PG8S_TEST_POSTGRES_URL']);
else console.log(JSON.stringify(await coldStart(childUrl)));

async function measure(serverUrl: string | undefined): Promise<void> {
  if (serverUrl === undefined) throw new Error('PG8S_TEST_POSTGRES_URL must name a PostgreSQL server');
  const database = await createDatabase(serverUrl);
  try {
    await (await open(database.url)).close();
    await fill(database.url);
    const measured: ColdStart[] = [];
    for (let i = 0; i < starts; i++) {
      const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, database.url]);
      measured.push(JSON.parse(stdout) as ColdStart);
    }
    console.log(`cold start with ${keys} keys and ${keys} rows of history, values of ${valueBytes} bytes`);
    console.table(measured);
    const best = Math.min(...measured.map(({ seconds }) => seconds));
    const peak = Math.max(...measured.map(({ peakMiB }) => peakMiB));
    if (best > mostSeconds || peak > mostMiB) {
      console.error(`${best} s, at most ${mostSeconds} are right; ${peak} MiB, at most ${mostMiB} are right`);
      process.exitCode = 1;
    }
  } finally {
    await database.drop();
  }
}

/** In a process of its own, whose memory nobody else has used. */
async function coldStart(url: string): Promise<ColdStart> {
  const startedMs = performance.now();
  const opened = await open(url);
  const { count } = await opened.store.range({
    key: Uint8Array.of(0),
    rangeEnd: Uint8Array.of(0),
    countOnly: true,
  });
  const seconds = (performance.now() - startedMs) / 1000;
  if (count !== keys) throw new Error(`${count} keys instead of ${keys}`);
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const residentMiB = process.memoryUsage.rss() / 2 ** 20;
  await opened.close();
  return {
    seconds: round(seconds),
    cpuSeconds: round((userCPUTime + systemCPUTime) / 1e6),
    peakMiB: Math.round(maxRSS / 1024),
    residentMiB: Math.round(residentMiB),
  };
}

function open(connectionString: string) {
  return openStore({ connectionString, log: pino({ level: 'silent' }) });
}

/** Every key is written twice. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const value = Buffer.alloc(valueBytes, 'v');
    for (let from = 0; from < 2 * keys; from += rowsPerInsert) {
      await client.query(
        `INSERT INTO pg8s.history (revision, sub, create_revision, version, lease, tombstone, key, value)
         SELECT i + 2, 0, i % $3 + 2, i / $3 + 1, 0, false,
                convert_to(format('/registry/objects/namespace-%s/name-%s', number % 100, number), 'UTF8'), $4
         FROM (SELECT i, (i % $3) * ${stride}::bigint % $3 AS number FROM generate_series($1::bigint, $2::bigint - 1) AS i) AS rows`,
        [from, Math.min(from + rowsPerInsert, 2 * keys), keys, value],
      );
    }
    await client.query('UPDATE pg8s.revision SET commit_index = commit_index + $1, revision = $1 + 1', [
      2 * keys,
    ]);
    await client.query('VACUUM (ANALYZE) pg8s.history');
  } finally {
    await client.end();
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
