import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EtcdClient } from '@pg8s/shim/client/etcd-client';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import pino from 'pino';
import { ShimProcess } from '../faults/shim-process.ts';
import { findWaste } from './find-waste.ts';
import { readRoom, type Room } from './read-room.ts';

const keys = 10_000;
/** One sample in this part of a compaction's interval. */
const samplesPerCycle = 5;
const tickMs = 20;
/** One write in so many has a value that is stored in pieces. */
const largeEvery = 50;
const deleteEvery = 20;
const mostInFlight = 500;

/** How long, how fast, and how often the history is compacted. */
export interface ChurnOptions {
  readonly minutes: number;
  readonly writesPerSecond: number;
  readonly compactionMinutes: number;
}

/**
 * Rewrites 10,000 keys of 1 KiB at a steady rate, while the shim compacts by itself. Prints what the database
 * holds and takes as time goes on, and returns what is wrong with that in the end.
 */
export async function soakChurn(postgresUrl: string, options: ChurnOptions): Promise<string[]> {
  const retention = `${options.compactionMinutes * 60}s`;
  const shim = await ShimProcess.start(postgresUrl, {
    flags: ['--auto-compaction-mode=periodic', `--auto-compaction-retention=${retention}`],
  });
  const client = createGrpcClient({ endpoints: [shim.url] });
  const connection = new Connection({
    connectionString: postgresUrl,
    role: 'soak',
    log: pino({ level: 'warn' }),
    timeoutMs: 60_000,
  });
  const churn = new Churn(client, options.writesPerSecond);
  const room: Room[] = [];
  try {
    churn.start();
    const intervalMs = (options.compactionMinutes * 60_000) / samplesPerCycle;
    const end = performance.now() + options.minutes * 60_000;
    for (let next = performance.now() + intervalMs; next <= end; next += intervalMs) {
      await sleep(next - performance.now());
      const sample = await readRoom(connection);
      room.push(sample);
      const minute = Math.round((room.length * intervalMs) / 6000) / 10;
      const residentMiB = await readResident(shim.pid);
      console.log(JSON.stringify({ minute, writes: churn.writes, residentMiB, ...sample }));
    }
    await churn.stop();
    return [...churn.failures, ...findWaste(room, samplesPerCycle)];
  } finally {
    client.close();
    await connection.close();
    await shim.signal('SIGTERM');
  }
}

class Churn {
  writes = 0;
  /** What a write was refused with. */
  readonly failures: string[] = [];
  readonly #client: EtcdClient;
  readonly #perMs: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  /** In no order that an index could like, and the same every time. */
  #next = 1;

  constructor(client: EtcdClient, writesPerSecond: number) {
    this.#client = client;
    this.#perMs = writesPerSecond / 1000;
  }

  start(): void {
    let at = performance.now();
    this.#timer = setInterval(() => {
      for (const now = performance.now(); at < now; at += 1 / this.#perMs)
        if (this.#inFlight.size < mostInFlight) this.#send();
    }, tickMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
  }

  #send(): void {
    const writing = this.#write().catch((error: unknown) => {
      if (this.failures.length < 10) this.failures.push(`a write failed: ${String(error)}`);
    });
    this.#inFlight.add(writing);
    void writing.finally(() => this.#inFlight.delete(writing));
  }

  async #write(): Promise<void> {
    this.#next = (Math.imul(this.#next, 1_664_525) + 1_013_904_223) >>> 0;
    const key = Buffer.from(`/registry/churn/default/object-${(this.#next >>> 8) % keys}`);
    const count = ++this.writes;
    if (count % deleteEvery === 0) await this.#client.deleteRange({ key });
    else await this.#client.put({ key, value: Buffer.alloc(count % largeEvery === 1 ? 8192 : 1024, count) });
    // Leases that expire, and those that are renewed: rows of another table that come and go.
    if (count % 500 === 0) {
      const { id } = await this.#client.leaseGrant({ ttlSeconds: 30 });
      await this.#client.put({ key: Buffer.from(`/registry/leased/${count % 10}`), value: key, lease: id });
    }
  }
}

async function readResident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
