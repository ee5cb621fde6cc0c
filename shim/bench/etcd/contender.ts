import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import pg from 'pg';
import { startStockEtcd, stockEtcdVersion } from '../../src/conformance/stock-etcd.ts';

export type ContenderName = 'shim' | 'etcd' | 'reference';

/** A server that is measured, in a process of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly url: string;
  /** Of a stock etcd. */
  readonly version?: string;
  readonly pid: number;
  /** The processes of PostgreSQL that may work for it: what writes its log and its pages, too. */
  postgresPids(): Promise<number[]>;
  close(): Promise<void>;
}

/** Starts the shim or the reference writer on a new database of `serverUrl`. */
export async function startOnPostgres(name: 'shim' | 'reference', serverUrl: string): Promise<Contender> {
  const database = `pg8s_bench_${randomBytes(4).toString('hex')}`;
  const databaseUrl = new URL(serverUrl);
  databaseUrl.pathname = `/${database}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const child = fork(join(import.meta.dirname, `${name}-server.ts`), [databaseUrl.href], {
    // Profiles of the server: PG8S_BENCH_NODE_OPTIONS=--cpu-prof.
    execArgv: (process.env['PG8S_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((option) => option !== ''),
  });
  const [{ url }] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`the ${name} did not start`))),
  ])) as [{ url: string }];
  return {
    name,
    url,
    pid: child.pid as number,
    async postgresPids() {
      const { rows } = await admin.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE datname IS NULL OR datname = $1',
        [database],
      );
      return rows.map(({ pid }) => pid);
    },
    async close() {
      await end(child);
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** Starts the `etcd` in PATH; undefined if there is none. */
export async function startEtcd(): Promise<Contender | undefined> {
  const version = stockEtcdVersion();
  if (version === undefined) return undefined;
  const etcd = await startStockEtcd(version);
  return {
    name: 'etcd',
    version,
    url: etcd.clientUrl,
    pid: etcd.pid,
    postgresPids: () => Promise.resolve([]),
    close: () => etcd.close(),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}
