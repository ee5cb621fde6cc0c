import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPgbouncer, Pgbouncer } from '@pg8s/shim/postgres/testing/pgbouncer';
import { checkWorkload, healthy } from './check-workload.ts';
import { ConnectionProxy } from './connection-proxy.ts';
import { Database } from './database.ts';
import { randomNumbers } from './random-numbers.ts';
import { ShimProcess } from './shim-process.ts';
import { Workload } from './workload.ts';

// Concurrent clients on several shims of one database, while something breaks again and again; then every
// answer that they had must fit one history. `npm run test:faults`; PG8S_FAULT_SECONDS is how long each
// takes.
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

const pgbouncer = findPgbouncer();
/** How shims reach the database. */
type Way = 'proxy' | 'PgBouncer';

const scenarios: [name: string, shims: number, faults: readonly Fault[], way?: Way][] = [
  ['two shims, killed', 2, [kill]],
  ['three shims, paused', 3, [pause]],
  ['three shims, cut off from the database', 3, [cut]],
  ['two shims, the database is restarted without a shutdown', 2, [restart]],
  ['three shims, all of it', 3, [kill, pause, cut, restart]],
  ['two shims behind PgBouncer, killed, and the database restarted', 2, [kill, restart], 'PgBouncer'],
];

for (const [index, [name, count, faults, way = 'proxy']] of scenarios.entries()) {
  const skip =
    way === 'PgBouncer' && pgbouncer === undefined && 'there is no pgbouncer in PATH (Debian: pgbouncer)';
  test(name, { skip, timeout: 300_000 }, async (t) => {
    t.diagnostic(`PG8S_TEST_SEED=${seed}`);
    const random = randomNumbers(seed + index);
    const world = await start(t, { count, way, random });
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
    t.diagnostic(`${broken} faults`);
    const changes = await checkWorkload(t, workload);
    assert.ok(changes > seconds * 5, 'hardly anything was written');
  });
}

async function start(
  t: TestContext,
  { count, way, random }: { count: number; way: Way; random: () => number },
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-faults-'));
  await chmod(folder, 0o755);
  const postgres = await Database.at(join(folder, 'postgres'));
  const proxies: ConnectionProxy[] = [];
  const shims: ShimProcess[] = [];
  t.after(async () => {
    await Promise.all(shims.map((shim) => shim.signal('SIGKILL')));
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });
  await postgres.start();
  if (way === 'PgBouncer') {
    const pooler = await Pgbouncer.start(pgbouncer as string, postgres.url);
    t.after(() => pooler.stop());
    for (let i = 0; i < count; i++) shims.push(await ShimProcess.start(pooler.through(postgres.url)));
    return { shims, proxies, postgres, random };
  }
  for (let i = 0; i < count; i++) {
    const proxy = await ConnectionProxy.start(postgres.port);
    proxies.push(proxy);
    shims.push(await ShimProcess.start(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`));
  }
  return { shims, proxies, postgres, random };
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
