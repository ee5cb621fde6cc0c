import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pluginTable } from '@pg8s/apiserver-lite/admission/plugin-table';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { startEmbeddedPostgres } from '../../../pg8s/src/postgres/embedded.ts';
import pino from 'pino';
import { obtainCurrentEtcd } from '../clients/current-etcd.ts';
import { obtainKubernetes } from '../clients/kubernetes.ts';
import { eventually } from '../command.ts';
import { PartCluster } from '../parts/part-cluster.ts';
import { RunningStockEtcd } from '../running-stock-etcd.ts';
import { serviceAccountKey } from './service-account-key.ts';
import { type AskedServer, tokenFile, transportsTo } from './asked-server.ts';

/**
 * Admission plugins that are on by default in kube-apiserver 1.36, and that pg8s does not have: both run
 * without them.
 */
const absentPlugins = pluginTable
  .filter(({ byDefault, build }) => byDefault && build === undefined)
  .map(({ name }) => name);

/** What both servers are started with. */
async function commonFlags(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const [tokenPath, keyPath] = [join(folder, 'tokens.csv'), join(folder, 'sa.key')];
  await writeFile(tokenPath, tokenFile);
  await writeFile(keyPath, serviceAccountKey.export({ type: 'pkcs1', format: 'pem' }));
  return [
    `--token-auth-file=${tokenPath}`,
    `--service-account-key-file=${keyPath}`,
    `--service-account-signing-key-file=${keyPath}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--advertise-address=192.0.2.10',
    '--external-hostname=api.example.com',
    `--disable-admission-plugins=${absentPlugins.join(',')}`,
  ];
}

type Transports = ReturnType<typeof transportsTo>;

/** What a server writes last at its start: the endpoints of its own Service. */
const written = [
  '/readyz',
  '/api/v1/namespaces/default/endpoints/kubernetes',
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
];

async function ready(transports: Transports): Promise<boolean> {
  for (const path of written) {
    const answer = await transports['HTTP/1.1'].ask({ path }).catch(() => undefined);
    if (answer?.code !== 200) return false;
  }
  return true;
}

function close(transports: Transports): void {
  for (const transport of Object.values(transports)) transport.close();
}

/** `pg8s apiserver` on `pg8s etcd`, in `folder`, with further flags. */
export async function startOurs(folder: string, further: readonly string[] = []): Promise<AskedServer> {
  const flags = [...(await commonFlags(folder)), ...further];
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: pino({ level: 'silent' }),
  });
  const cluster = await PartCluster.in(join(folder, 'cluster'));
  const stop = async () => {
    await cluster.stop();
    await postgres.stop();
  };
  try {
    const etcd = await cluster.startEtcd(postgres.url);
    const { port } = await cluster.startApiserverWith([etcd.url], flags);
    const transports = transportsTo(port);
    return {
      name: 'pg8s',
      clientCaFile: cluster.pki.ca.certFile,
      port,
      ask: (request, protocol) => transports[protocol].ask(request),
      async stop() {
        close(transports);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * A stock kube-apiserver on a stock etcd, in `folder`, with further flags; or why there is none on this
 * machine.
 */
export async function startStock(
  folder: string,
  clientCaFile: string,
  further: readonly string[] = [],
): Promise<AskedServer | { missing: string }> {
  const { paths, missing } = await obtainKubernetes('kube-apiserver');
  if (paths === undefined) return { missing };
  const etcdPrograms = await obtainCurrentEtcd();
  if (etcdPrograms.paths === undefined) return { missing: etcdPrograms.missing };
  const flags = [...(await commonFlags(folder)), ...further];
  const etcd = await RunningStockEtcd.start(etcdPrograms.paths.etcd, join(folder, 'etcd'));
  const port = await freePort();
  const child = spawn(
    paths['kube-apiserver'],
    [
      `--etcd-servers=${etcd.url}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${join(folder, 'certs')}`,
      `--client-ca-file=${clientCaFile}`,
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
  const transports = transportsTo(port);
  const stop = async () => {
    close(transports);
    await end(child);
    await etcd.stop();
  };
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`kube-apiserver ended:\n${log}`);
        return ready(transports);
      },
      { everyMs: 100, withinMs: 120_000 },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: 'stock',
    port,
    clientCaFile,
    ask: (request, protocol) => transports[protocol].ask(request),
    stop,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
