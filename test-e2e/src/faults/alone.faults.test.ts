import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../command.ts';
import { checkWorkload, healthy } from './check-workload.ts';
import { randomNumbers } from './random-numbers.ts';
import { ShimProcess } from './shim-process.ts';
import { Workload } from './workload.ts';

// One server that is alone on a PostgreSQL of its own, and answers reads from memory (docs/spec/commit.md,
// C20), while it, its connections and its PostgreSQL end again and again; then every answer that its clients
// had must fit one history. PG8S_FAULT_SECONDS is how long each takes.
const seconds = Number(process.env['PG8S_FAULT_SECONDS'] ?? 30);
const seed = Number(process.env['PG8S_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff));

interface World {
  readonly shim: ShimProcess;
  readonly postgresDir: string;
  readonly random: () => number;
}

/** One thing that breaks, and is whole again when the promise resolves. */
type Fault = (world: World) => Promise<void>;

const kill: Fault = async ({ shim, random }) => {
  await shim.signal('SIGKILL');
  await sleep(300 * random());
  await shim.start();
};

const pause: Fault = async ({ shim, random }) => {
  await shim.signal('SIGSTOP');
  await sleep(1500 * random());
  await shim.signal('SIGCONT');
};

/** As when the system kills one for its memory: PostgreSQL ends all sessions, and recovers from its log. */
const killSession: Fault = async ({ shim, postgresDir }) => {
  await eventually(
    async () => {
      const [session] = await sessionsOf(await postmasterOf(postgresDir));
      return session !== undefined && process.kill(session, 'SIGKILL');
    },
    { everyMs: 20 },
  );
  await healthy([shim]);
};

/** The server ends with it, to be started again. */
const crash: Fault = async ({ shim, postgresDir }) => {
  process.kill(await postmasterOf(postgresDir), 'SIGQUIT');
  assert.equal(await shim.ended(), 1);
  await shim.start();
};

const scenarios: [name: string, faults: readonly Fault[]][] = [
  ['killed and paused', [kill, pause]],
  ['a session of its PostgreSQL is killed', [killSession]],
  ['its PostgreSQL crashes', [crash]],
  ['all of it', [kill, pause, killSession, crash]],
];

for (const [index, [name, faults]] of scenarios.entries()) {
  test(`a server on its own PostgreSQL, ${name}`, { timeout: 300_000 }, async (t) => {
    t.diagnostic(`PG8S_TEST_SEED=${seed}`);
    const random = randomNumbers(seed + index);
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-alone-'));
    await chmod(folder, 0o755);
    const dataDir = join(folder, 'data');
    const shim = await ShimProcess.start(undefined, { dataDir });
    t.after(async () => {
      await shim.signal('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    });
    const world = { shim, postgresDir: join(dataDir, 'postgres'), random };
    const workload = new Workload([shim.url], random);
    t.after(() => workload.close());
    workload.start({ clients: 8, watchers: 4 });
    const end = performance.now() + seconds * 1000;
    let broken = 0;
    while (performance.now() < end) {
      await sleep(1500 * random());
      await faults[Math.floor(random() * faults.length)]!(world);
      broken++;
    }
    await healthy([shim]);
    t.diagnostic(`${broken} faults`);
    const changes = await checkWorkload(t, workload);
    assert.ok(changes > seconds * 5, 'hardly anything was written');
  });
}

async function postmasterOf(postgresDir: string): Promise<number> {
  return Number((await readFile(join(postgresDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** The processes of a PostgreSQL server that serve its clients: `postgres: USER DATABASE …`. */
async function sessionsOf(postmaster: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const [stat, commandLine] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
    ]);
    // The parent is the second field behind the name, which is in parentheses.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent === postmaster && commandLine.startsWith('postgres: postgres postgres ')) found.push(pid);
  }
  return found;
}
