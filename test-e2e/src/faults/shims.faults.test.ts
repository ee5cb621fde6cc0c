import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { type EmbeddedPostgres, startEmbeddedPostgres } from 'pg8s/postgres/embedded';
import { checkHistory } from './check-history.ts';
import { ConnectionProxy } from './connection-proxy.ts';
import type { Operation } from './history.ts';
import { isLinearizable, type RegisterOperation } from './register-checker.ts';
import { freePort, ShimProcess } from './shim-process.ts';
import { Workload } from './workload.ts';

// Concurrent clients on several shims of one database, while something breaks again and again; then everything that
// they were told must fit one history. `npm run test:faults`; PG8S_FAULT_SECONDS is how long each takes.
const seconds = Number(process.env['PG8S_FAULT_SECONDS'] ?? 30);
const seed = Number(process.env['PG8S_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

interface World {
  readonly shims: readonly ShimProcess[];
  /** Between each shim and the database. */
  readonly proxies: readonly ConnectionProxy[];
  readonly postgres: Database;
  readonly random: () => number;
}

/** One thing that breaks, and is whole again when the promise resolves. */
type Fault = (world: World) => Promise<void>;

const kill: Fault = async ({ shims, random }) => {
  const shim = pick(shims, random);
  await shim.signal('SIGKILL');
  await sleep(500 * random());
  await shim.start();
};

const pause: Fault = async ({ shims, random }) => {
  const shim = pick(shims, random);
  await shim.signal('SIGSTOP');
  // Sometimes longer than the database lets anybody hold the fence.
  await sleep(random() < 0.3 ? 7000 : 1500 * random());
  await shim.signal('SIGCONT');
};

const cut: Fault = async ({ proxies, random }) => {
  const proxy = pick(proxies, random);
  proxy.cut(random() < 0.3);
  await sleep(2000 * random());
  proxy.mend();
};

const restart: Fault = async ({ postgres }) => {
  await postgres.restartImmediately();
};

const scenarios: [name: string, shims: number, faults: readonly Fault[]][] = [
  ['two shims, killed', 2, [kill]],
  ['three shims, paused', 3, [pause]],
  ['three shims, cut off from the database', 3, [cut]],
  ['two shims, the database is restarted without a shutdown', 2, [restart]],
  ['three shims, all of it', 3, [kill, pause, cut, restart]],
];

for (const [index, [name, count, faults]] of scenarios.entries()) {
  test(name, { timeout: 300_000 }, async (t) => {
    t.diagnostic(`PG8S_TEST_SEED=${seed}`);
    const random = randomNumbers(seed + index);
    const world = await start(t, count, random);
    const workload = new Workload(
      world.shims.map(({ url }) => url),
      random,
    );
    t.after(() => workload.close());
    workload.start({ clients: 8, watchers: 4 });
    const end = performance.now() + seconds * 1000;
    let broken = 0;
    while (performance.now() < end) {
      await sleep(1500 * random());
      await pick(faults, random)(world);
      broken++;
    }
    await healthy(world.shims);
    const { changes, watched } = await workload.finish();
    const { operations, failures } = workload;
    t.diagnostic(`${broken} faults, ${operations.length} operations, ${changes.length} changes`);
    for (const [said, times] of failures) t.diagnostic(`${times} × ${said}`);

    assert.deepEqual(workload.faults, [], 'watches');
    assert.deepEqual(checkHistory(changes, operations).slice(0, 10), []);
    for (const mine of watched) assert.deepEqual(mine, changes, 'a watch saw something else');
    // What was not done was seen by nobody: without it the search has less to try.
    const written = new Set(changes.map(({ key, value }) => `${key}=${value}`));
    const done = operations.filter(
      (operation) =>
        operation.returnedAt !== Infinity ||
        (operation.kind === 'write' &&
          [...operation.writes].some(([key, value]) => written.has(`${key}=${value}`))),
    );
    for (const key of ['a', 'b', 'c', 'd', 'e'])
      assert.ok(isLinearizable(onRegister(done, key)), `the register ${key} is not linearizable`);
    assert.ok(changes.length > seconds * 5, 'hardly anything was written');
  });
}

/** What the operations did to one key. */
function onRegister(operations: readonly Operation[], key: string): RegisterOperation[] {
  return operations.flatMap((operation): RegisterOperation[] => {
    const { calledAt, returnedAt } = operation;
    if (operation.kind === 'read')
      return [{ calledAt, returnedAt, saw: { value: operation.values.get(key) } }];
    const wrote = operation.writes.get(key);
    if (wrote === undefined) return [];
    const { expected } = operation;
    return [
      { calledAt, returnedAt, wrote, ...(expected?.key === key ? { saw: { value: expected.value } } : {}) },
    ];
  });
}

/** PostgreSQL on a port, which it keeps. */
class Database {
  readonly #dataDir: string;
  readonly port: number;
  #server: EmbeddedPostgres | undefined;

  constructor(dataDir: string, port: number) {
    this.#dataDir = dataDir;
    this.port = port;
  }

  async start(): Promise<void> {
    const settings = { listen_addresses: '127.0.0.1', port: String(this.port) };
    this.#server = await startEmbeddedPostgres({
      dataDir: this.#dataDir,
      log: pino({ level: 'silent' }),
      settings,
    });
  }

  /** As `pg_ctl restart -m immediate`: it recovers from its log. */
  async restartImmediately(): Promise<void> {
    const pid = Number((await readFile(join(this.#dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGQUIT');
    await this.#server?.failed;
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

async function start(t: TestContext, count: number, random: () => number): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-faults-'));
  await chmod(folder, 0o755);
  const postgres = new Database(join(folder, 'postgres'), await freePort());
  const proxies: ConnectionProxy[] = [];
  const shims: ShimProcess[] = [];
  t.after(async () => {
    await Promise.all(shims.map((shim) => shim.signal('SIGKILL')));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });
  await postgres.start();
  for (let i = 0; i < count; i++) {
    const proxy = await ConnectionProxy.start(postgres.port);
    proxies.push(proxy);
    shims.push(await ShimProcess.start(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
  }
  return { shims, proxies, postgres, random };
}

/** Recovery needs no help: every shim serves again by itself. */
async function healthy(shims: readonly ShimProcess[]): Promise<void> {
  const limit = performance.now() + 30_000;
  for (const shim of shims) {
    while (!(await shim.isHealthy())) {
      if (performance.now() > limit) throw new Error(`a shim does not recover:\n${shim.log}`);
      await sleep(100);
    }
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** The same numbers for the same seed (mulberry32). */
function randomNumbers(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
