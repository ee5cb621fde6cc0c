import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startStockEtcd, stockEtcdVersion } from '@pg8s/shim/conformance/stock-etcd';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { Connection } from '@pg8s/shim/postgres/connection/connection';
import { createDatabase } from '@pg8s/shim/postgres/testing/create-database';
import { obtainCurrentEtcd } from '../../src/clients/current-etcd.ts';
import { obtainKine } from '../../src/clients/kine.ts';

export type ContenderName = 'shim' | 'etcd' | 'kine';

/** A server that is measured, in a process of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly url: string;
  readonly pid: number;
  /** The processes of PostgreSQL that may work for it: what writes its log and its pages, too. */
  postgresPids(): Promise<number[]>;
  close(): Promise<void>;
}

/** Says on standard error what is measured, and what is not. */
const tell = (line: string): void => console.error(line);

/** Starts the shim on a new database of `serverUrl`. */
export async function startOurs(serverUrl: string): Promise<Contender> {
  return onDatabase(serverUrl, async (databaseUrl) => {
    const child = fork(join(import.meta.dirname, 'shim-server.ts'), [databaseUrl], {
      // Profiles of the server: PG8S_BENCH_NODE_OPTIONS=--cpu-prof.
      execArgv: (process.env['PG8S_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== ''),
    });
    const [{ url }] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the shim did not start'))),
    ])) as [{ url: string }];
    return { name: 'shim', url, pid: child.pid as number, end: () => end(child, () => child.disconnect()) };
  });
}

/** Starts kine on a new database of `serverUrl`; undefined where it cannot be built. */
export async function startKine(serverUrl: string): Promise<Contender | undefined> {
  const { paths, missing } = await obtainKine();
  if (paths === undefined) {
    tell(`measured without kine: ${missing}`);
    return undefined;
  }
  return onDatabase(serverUrl, async (databaseUrl) => {
    const port = await freePort();
    const endpoint = new URL(databaseUrl);
    endpoint.searchParams.set('sslmode', 'disable');
    const child = spawn(
      paths.kine,
      [
        '--endpoint',
        endpoint.href.replace(/^postgresql:/, 'postgres:'),
        '--listen-address',
        `127.0.0.1:${port}`,
        '--metrics-bind-address',
        '0',
      ],
      { stdio: 'ignore' },
    );
    process.once('exit', () => child.kill('SIGKILL'));
    for (let attempt = 0; !(await accepts(port)); attempt++) {
      if (attempt > 200 || child.exitCode !== null) throw new Error('kine did not start');
      await sleep(50);
    }
    const url = `http://127.0.0.1:${port}`;
    return { name: 'kine', url, pid: child.pid as number, end: () => end(child, () => child.kill()) };
  });
}

/** Starts the current stock etcd, or, where it cannot be built, that in PATH; undefined if there is none. */
export async function startEtcd(): Promise<Contender | undefined> {
  const { paths, missing } = await obtainCurrentEtcd();
  const version = stockEtcdVersion(paths?.etcd);
  if (version === undefined) {
    tell(`measured without etcd: ${missing}, and there is none in PATH`);
    return undefined;
  }
  if (missing !== undefined) tell(`measured with the etcd in PATH: ${missing}`);
  tell(`etcd ${version}`);
  const etcd = await startStockEtcd(version, paths?.etcd);
  return {
    name: 'etcd',
    url: etcd.clientUrl,
    pid: etcd.pid,
    postgresPids: () => Promise.resolve([]),
    close: () => etcd.close(),
  };
}

/** A server on a database of its own, which goes with it. */
async function onDatabase(
  serverUrl: string,
  start: (databaseUrl: string) => Promise<Pick<Contender, 'name' | 'url' | 'pid'> & { end(): Promise<void> }>,
): Promise<Contender> {
  const database = await createDatabase(serverUrl);
  const log = pino({ level: 'warn' }, process.stderr);
  const admin = new Connection({ connectionString: serverUrl, role: 'bench', log, timeoutMs: 10_000 });
  const { end, ...started } = await start(database.url);
  return {
    ...started,
    async postgresPids() {
      const name = new URL(database.url).pathname.slice(1);
      const rows = await admin.query(
        'SELECT pid FROM pg_stat_activity WHERE datname IS NULL OR datname = $1',
        [name],
      );
      return rows.map(([pid]) => Number(pid));
    },
    async close() {
      await end();
      await admin.close();
      await database.drop();
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  await exited;
}
