import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStockEtcd, stockEtcdVersion } from '@pg8s/shim/conformance/stock-etcd';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { createDatabase } from '@pg8s/shim/postgres/testing/create-database';
import { obtainCurrentEtcd } from '../../src/clients/current-etcd.ts';
import { obtainKine } from '../../src/clients/kine.ts';

/** `shim` has a PostgreSQL of its own; `shared` may have other shims beside it on its database. */
export type ContenderName = 'shim' | 'shared' | 'etcd' | 'kine';

/** A server that is measured, in a process of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly url: string;
  readonly pid: number;
  /** The processes of PostgreSQL that work for it: what writes its log and its pages, too. */
  postgresPids(): number[];
  close(): Promise<void>;
}

/** A server of this bench's own choice of flags; it ends by SIGTERM. */
interface Running {
  readonly url: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** Says on standard error what is measured, and what is not. */
const tell = (line: string): void => console.error(line);

/** `pg8s etcd` with its embedded PostgreSQL. */
export async function startOurs(): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), 'pg8s-bench-'));
  const shim = await startShim(['--data-dir', folder]);
  const postmaster = Number(readFileSync(join(folder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    ...shim,
    name: 'shim',
    postgresPids: () => treeOf(postmaster),
    async close() {
      await shim.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `pg8s etcd` on a new database of `serverUrl`, whose first process is `postmaster`. */
export async function startShared(serverUrl: string, postmaster: number): Promise<Contender> {
  return onDatabase('shared', { serverUrl, postmaster }, (url) => startShim(['--postgres-url', url]));
}

/** kine, likewise; undefined where it cannot be built. */
export async function startKine(serverUrl: string, postmaster: number): Promise<Contender | undefined> {
  const { paths, missing } = await obtainKine();
  if (paths === undefined) {
    tell(`measured without kine: ${missing}`);
    return undefined;
  }
  return onDatabase('kine', { serverUrl, postmaster }, async (databaseUrl) => {
    const endpoint = new URL(databaseUrl);
    endpoint.searchParams.set('sslmode', 'disable');
    const port = await freePort();
    const args = ['--listen-address', `127.0.0.1:${port}`, '--metrics-bind-address', '0'];
    return run(paths.kine, ['--endpoint', endpoint.href.replace(/^postgresql:/, 'postgres:'), ...args], port);
  });
}

/** The current stock etcd, or, where it cannot be built, that in PATH; undefined if there is none. */
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
    postgresPids: () => [],
    close: () => etcd.close(),
  };
}

async function startShim(flags: readonly string[]): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = resolve(import.meta.dirname, '../../../pg8s/bin/pg8s.js');
  // Profiles of the server: PG8S_BENCH_NODE_OPTIONS=--cpu-prof.
  const options = (process.env['PG8S_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== '');
  const urls = ['--listen-client-urls', url, '--advertise-client-urls', url];
  return run(process.execPath, [...options, program, 'etcd', ...flags, ...urls], port);
}

async function onDatabase(
  name: ContenderName,
  { serverUrl, postmaster }: { serverUrl: string; postmaster: number },
  start: (databaseUrl: string) => Promise<Running>,
): Promise<Contender> {
  const database = await createDatabase(serverUrl);
  const server = await start(database.url);
  return {
    ...server,
    name,
    postgresPids: () => treeOf(postmaster),
    async close() {
      await server.end();
      await database.drop();
    },
  };
}

/** Starts a program, and waits until it takes connections on that port. */
async function run(program: string, args: readonly string[], port: number): Promise<Running> {
  const child = spawn(program, args, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  for (let attempt = 0; !(await accepts(port)); attempt++) {
    if (attempt > 1200 || child.exitCode !== null) throw new Error(`${program} did not start`);
    await sleep(50);
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid as number, end: () => end(child) };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolved) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolved(false));
    socket.once('connect', () => {
      socket.destroy();
      resolved(true);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** A process and its children; itself alone where there is no /proc. */
function treeOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [
      pid,
      ...children
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    ];
  } catch {
    return [pid];
  }
}
