/**
 * `npm run soak`: PG8S_SOAK_MINUTES (10) of mixed load on one shim and a PostgreSQL of its own, with a compaction every few
 * seconds. Prints a table of what was used over time, and ends with an error when something still grows at the end.
 */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import pino from 'pino';
import { startEmbeddedPostgres } from 'pg8s/postgres/embedded';
import { ShimProcess } from '../faults/shim-process.ts';
import { findGrowth, type Sample } from './find-growth.ts';

const minutes = Number(process.env['PG8S_SOAK_MINUTES'] ?? 10);
const samples = 24;
const clients = 8;
const keys = 2000;
const compactionIntervalMs = 5000;

const folder = await mkdtemp(join(tmpdir(), 'pg8s-soak-'));
await chmod(folder, 0o755);
const postgres = await startEmbeddedPostgres({
  dataDir: join(folder, 'postgres'),
  log: pino({ level: 'warn' }),
});
const shim = await ShimProcess.start(postgres.url);
const client = createGrpcClient({ endpoints: [shim.url] });
const ending = new AbortController();
let requests = 0;

try {
  const load = [...Array.from({ length: clients }, (_, i) => work(i)), compact(), watch()];
  const table: Sample[] = [];
  for (let i = 0; i < samples; i++) {
    await sleep((minutes * 60_000) / samples);
    table.push(await sample());
  }
  ending.abort();
  await Promise.all(load);
  console.table(table);
  const growing = findGrowth(table);
  for (const line of growing) console.error(line);
  if (growing.length > 0) process.exitCode = 1;
} finally {
  client.close();
  await shim.signal('SIGTERM');
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Puts, reads, deletes, and leases that are granted, used and revoked. */
async function work(number: number): Promise<void> {
  const value = Buffer.alloc(1024, 'v');
  for (let i = number; !ending.signal.aborted; i += clients) {
    const key = Buffer.from(`soak/${(i * 7919) % keys}`);
    await client.put({ key, value });
    await client.range({ key, rangeEnd: Buffer.from('soak0'), limit: 20 });
    if (i % 10 === 0) await client.deleteRange({ key });
    if (i % 50 === 0) {
      const { id } = await client.leaseGrant({ ttlSeconds: 60 });
      await client.put({ key: Buffer.from(`soak/lease/${number}`), value, lease: id });
      await client.leaseRevoke({ id });
    }
    requests += 2;
    await sleep(20);
  }
}

async function compact(): Promise<void> {
  while (!ending.signal.aborted) {
    await sleep(compactionIntervalMs);
    const { header } = await client.range({ key: Buffer.from('soak/0'), countOnly: true });
    await client.compact({ revision: header.revision });
  }
}

/** Watches that come and go, and read what they are told. */
async function watch(): Promise<void> {
  while (!ending.signal.aborted) {
    const stream = client.watch();
    const close = (): void => stream.close();
    ending.signal.addEventListener('abort', close);
    stream.send({
      createRequest: { key: Buffer.from('soak/'), rangeEnd: Buffer.from('soak0'), prevKv: true },
    });
    const end = performance.now() + 3000;
    for await (const _response of stream) if (performance.now() > end) break;
    ending.signal.removeEventListener('abort', close);
    stream.close();
  }
}

async function sample(): Promise<Sample> {
  const metrics = await (await fetch(`${shim.url}/metrics`)).text();
  const status = await readFile(`/proc/${shim.pid}/status`, 'utf8').catch(() => '');
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  const { dbSizeBytes } = await client.status();
  const heap = Number(/^nodejs_heap_size_used_bytes ([\d.e+]+)/m.exec(metrics)?.[1] ?? 0) / 2 ** 20;
  const descriptors = Number(/^process_open_fds ([\d.e+]+)/m.exec(metrics)?.[1] ?? 0);
  return {
    requests,
    residentMiB: Math.round(resident),
    heapMiB: Math.round(heap),
    descriptors,
    databaseMiB: Math.round(dbSizeBytes / 2 ** 20),
  };
}
