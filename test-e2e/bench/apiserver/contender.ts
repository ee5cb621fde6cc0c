import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import pg from 'pg';
import { obtainCurrentEtcd } from '../../src/clients/current-etcd.ts';
import { obtainKubernetes } from '../../src/clients/kubernetes.ts';
import { eventually } from '../../src/command.ts';
import { PartCluster } from '../../src/parts/part-cluster.ts';
import { RunningStockEtcd } from '../../src/running-stock-etcd.ts';

/** An API server that is measured, and its store, each a process of its own. */
export interface Contender {
  readonly name: 'pg8s' | 'stock';
  readonly port: number;
  /** Of an administrator. */
  readonly token: string;
  readonly apiserverPid: number;
  /** The processes that store for it; with PostgreSQL, those that write its log and its pages, too. */
  storePids(): Promise<number[]>;
  close(): Promise<void>;
}

const token = 'bench-token';

/** Flags that both API servers have: admission is as each has it by default. */
async function commonFlags(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const [tokenPath, keyPath] = [join(folder, 'tokens.csv'), join(folder, 'sa.key')];
  await writeFile(tokenPath, `${token},bench,bench-uid,system:masters\n`);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(keyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  return [
    `--token-auth-file=${tokenPath}`,
    `--service-account-key-file=${keyPath}`,
    `--service-account-signing-key-file=${keyPath}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
  ];
}

/** `pg8s apiserver` on `pg8s etcd`, on a new database of `serverUrl`. */
export async function startOurs(folder: string, serverUrl: string): Promise<Contender> {
  const database = `pg8s_bench_${randomBytes(4).toString('hex')}`;
  const databaseUrl = new URL(serverUrl);
  databaseUrl.pathname = `/${database}`;
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const cluster = await PartCluster.in(folder);
  const close = async (): Promise<void> => {
    await cluster.stop();
    await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await admin.end();
  };
  try {
    const etcd = await cluster.startEtcd(databaseUrl.href);
    const apiserver = await cluster.startApiserverWith([etcd.url], await commonFlags(folder));
    return {
      name: 'pg8s',
      port: apiserver.port,
      token,
      apiserverPid: apiserver.process.pid,
      async storePids() {
        const { rows } = await admin.query<{ pid: number }>(
          'SELECT pid FROM pg_stat_activity WHERE datname IS NULL OR datname = $1',
          [database],
        );
        return [etcd.process.pid, ...rows.map(({ pid }) => pid)];
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A stock kube-apiserver on a stock etcd; or why there is none on this machine. */
export async function startStock(folder: string): Promise<Contender | { missing: string }> {
  const { paths, missing } = await obtainKubernetes('kube-apiserver');
  if (paths === undefined) return { missing };
  const etcdPrograms = await obtainCurrentEtcd();
  if (etcdPrograms.paths === undefined) return { missing: etcdPrograms.missing };
  const cluster = await PartCluster.in(folder);
  const { etcdCa, etcdApiserver, apiserver, ca } = cluster.pki;
  const etcd = await RunningStockEtcd.start(etcdPrograms.paths.etcd, join(folder, 'etcd'), {
    scheme: 'https',
    flags: cluster.etcdTls,
  });
  const port = await freePort();
  const child = spawn(
    paths['kube-apiserver'],
    [
      ['--etcd-servers', etcd.url, '--etcd-cafile', etcdCa.certFile],
      ['--etcd-certfile', etcdApiserver.certFile, '--etcd-keyfile', etcdApiserver.keyFile],
      ['--tls-cert-file', apiserver.certFile, '--tls-private-key-file', apiserver.keyFile],
      ['--client-ca-file', ca.certFile, '--bind-address=127.0.0.1', `--secure-port=${port}`],
      await commonFlags(folder),
    ].flat(),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const close = async (): Promise<void> => {
    await end(child);
    await etcd.stop();
  };
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`kube-apiserver ended:\n${log}`);
        return isReady(port);
      },
      { everyMs: 100, withinMs: 120_000 },
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    name: 'stock',
    port,
    token,
    apiserverPid: child.pid as number,
    storePids: () => Promise.resolve([etcd.pid]),
    close,
  };
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(
      { host: '127.0.0.1', port, path: '/readyz', headers, rejectUnauthorized: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
