import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import pino from 'pino';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { ShimProcess } from '../faults/shim-process.ts';
import { findGrowth, type Sample } from './find-growth.ts';
import { HeapProbe } from './heap-probe.ts';

const samples = 24;
/** Before the first sample: code is compiled, caches and V8's spaces fill. */
const warmUpMs = 60_000;
const clients = 8;
const keys = 2000;
const compactionIntervalMs = 5000;

/**
 * Puts, reads, deletes, leases and watches on one shim, with a compaction every few seconds. Prints a table
 * of what was used over time, after a minute to warm up; returns what still grows at the end.
 */
export async function soakMixedLoad(postgresUrl: string, minutes: number): Promise<string[]> {
  const probePort = await freePort();
  const shim = await ShimProcess.start(postgresUrl, { nodeFlags: [`--inspect=127.0.0.1:${probePort}`] });
  const client = createGrpcClient({ endpoints: [shim.url] });
  const database = new Connection({
    connectionString: postgresUrl,
    role: 'soak',
    log: pino({ level: 'warn' }),
    timeoutMs: 60_000,
  });
  const ending = new AbortController();
  const load = new MixedLoad(client, ending.signal);
  try {
    const probe = await HeapProbe.connect(probePort);
    const working = load.start();
    await sleep(warmUpMs);
    const table: Sample[] = [];
    for (let i = 0; i < samples; i++) {
      await sleep((minutes * 60_000) / samples);
      table.push({ requests: load.requests, ...(await readUse({ shim, client, database, probe })) });
    }
    ending.abort();
    await working;
    probe.close();
    console.table(table);
    return findGrowth(table);
  } finally {
    client.close();
    await database.close();
    await shim.signal('SIGTERM');
  }
}

class MixedLoad {
  requests = 0;
  readonly #client: EtcdClient;
  readonly #ending: AbortSignal;

  constructor(client: EtcdClient, ending: AbortSignal) {
    this.#client = client;
    this.#ending = ending;
  }

  /** Resolves when all have ended. */
  async start(): Promise<void> {
    const work = Array.from({ length: clients }, (_, i) => this.#work(i));
    await Promise.all([...work, this.#compact(), this.#watch()]);
  }

  /** Puts, reads, deletes, and leases that are granted, used and revoked. */
  async #work(number: number): Promise<void> {
    const client = this.#client;
    const value = Buffer.alloc(1024, 'v');
    for (let i = number; !this.#ending.aborted; i += clients) {
      const key = Buffer.from(`soak/${(i * 7919) % keys}`);
      await client.put({ key, value });
      await client.range({ key, rangeEnd: Buffer.from('soak0'), limit: 20 });
      if (i % 10 === 0) await client.deleteRange({ key });
      if (i % 50 === 0) {
        const { id } = await client.leaseGrant({ ttlSeconds: 60 });
        await client.put({ key: Buffer.from(`soak/lease/${number}`), value, lease: id });
        await client.leaseRevoke({ id });
      }
      this.requests += 2;
      await sleep(20);
    }
  }

  async #compact(): Promise<void> {
    while (!this.#ending.aborted) {
      await sleep(compactionIntervalMs);
      const { header } = await this.#client.range({ key: Buffer.from('soak/0'), countOnly: true });
      await this.#client.compact({ revision: header.revision });
    }
  }

  /** Watches that come and go, and read their events. */
  async #watch(): Promise<void> {
    while (!this.#ending.aborted) {
      const stream = this.#client.watch();
      const close = (): void => stream.close();
      this.#ending.addEventListener('abort', close);
      stream.send({
        createRequest: { key: Buffer.from('soak/'), rangeEnd: Buffer.from('soak0'), prevKv: true },
      });
      const end = performance.now() + 3000;
      for await (const _response of stream) if (performance.now() > end) break;
      this.#ending.removeEventListener('abort', close);
      stream.close();
    }
  }
}

async function readUse(of: {
  shim: ShimProcess;
  client: EtcdClient;
  database: Connection;
  probe: HeapProbe;
}): Promise<Omit<Sample, 'requests'>> {
  const { shim, client, database, probe } = of;
  const metrics = await (await fetch(`${shim.url}/metrics`)).text();
  const status = await readFile(`/proc/${shim.pid}/status`, 'utf8').catch(() => '');
  const { dbSizeBytes } = await client.status();
  const [connections] = await database.query(
    "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pg8s-shim %'",
  );
  const { heapBytes, externalBytes } = await probe.read();
  return {
    residentMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024),
    heapMiB: Math.round(heapBytes / 2 ** 20),
    externalMiB: Math.round(externalBytes / 2 ** 20),
    descriptors: Number(/^process_open_fds ([\d.e+]+)/m.exec(metrics)?.[1] ?? 0),
    connections: Number(connections?.[0]),
    databaseMiB: Math.round(dbSizeBytes / 2 ** 20),
  };
}
