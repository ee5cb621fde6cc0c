import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { kubeconfig } from '../../../pg8s/src/kubeconfig.ts';
import { isReady, type PartCluster } from '../parts/part-cluster.ts';
import { accepts } from '../parts/part-process.ts';
import { StockProcess } from './stock-process.ts';

/** Where the stock programs are. */
export type StockPrograms = Readonly<
  Record<'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler', string>
>;

/** An API server, and the kubeconfig of its administrator. */
export interface StartedApiserver {
  port: number;
  kubeconfig: string;
  end(): Promise<unknown>;
}

/** What a stock part is started with. */
export interface StockOptions {
  program: string;
  cluster: PartCluster;
  /** For its files. */
  folder: string;
  env?: NodeJS.ProcessEnv;
}

/** The key of tokens of service accounts, as both API servers and kube-controller-manager take it. */
export async function accountKey(folder: string): Promise<string> {
  const file = join(folder, 'sa.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file, privateKey.export({ type: 'pkcs1', format: 'pem' }), { flag: 'wx' }).catch(
    () => undefined,
  );
  return file;
}

/** Flags about service accounts that both API servers take. */
export function accountFlags(keyFile: string): string[] {
  return [
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
  ];
}

/** A stock kube-apiserver on these etcd servers, with the certificates of the cluster. */
export async function startStockApiserver(
  etcdUrls: readonly string[],
  { program, cluster, folder, env = {} }: StockOptions,
  flags: readonly string[] = [],
): Promise<StartedApiserver> {
  const { apiserver, ca, etcdCa, etcdApiserver, admin } = cluster.pki;
  const port = await freePort();
  const args = [
    `--etcd-servers=${etcdUrls.join(',')}`,
    `--etcd-cafile=${etcdCa.certFile}`,
    `--etcd-certfile=${etcdApiserver.certFile}`,
    `--etcd-keyfile=${etcdApiserver.keyFile}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--tls-cert-file=${apiserver.certFile}`,
    `--tls-private-key-file=${apiserver.keyFile}`,
    `--client-ca-file=${ca.certFile}`,
    '--allow-privileged=true',
    // Loopback addresses are refused in the endpoints of the Service.
    '--endpoint-reconciler-type=none',
    ...accountFlags(await accountKey(folder)),
    ...flags,
  ];
  const running = await StockProcess.start(program, args, () => isReady(port, ca.cert), env);
  const file = join(folder, `kubeconfig-stock-${port}`);
  const server = `https://127.0.0.1:${port}`;
  await writeFile(file, kubeconfig({ server, caCert: ca.cert, user: 'kubernetes-admin', client: admin }));
  return { port, kubeconfig: file, end: () => running.end() };
}

/** A stock kube-controller-manager and a stock kube-scheduler; the nodes are simulated by pg8s. */
export async function startStockControllers(
  programs: StockPrograms,
  { cluster, folder, kubeconfig: file }: { cluster: PartCluster; folder: string; kubeconfig: string },
): Promise<() => Promise<void>> {
  const { ca } = cluster.pki;
  const common = [
    `--kubeconfig=${file}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
  ];
  const manager = await StockProcess.start(
    programs['kube-controller-manager'],
    [
      ...common,
      `--root-ca-file=${ca.certFile}`,
      `--service-account-private-key-file=${await accountKey(folder)}`,
      '--controllers=*',
    ],
    () => true,
  );
  const scheduler = await StockProcess.start(programs['kube-scheduler'], common, () => true);
  return async () => {
    await scheduler.end();
    await manager.end();
  };
}

/** kine on a PostgreSQL server, with TLS. */
export async function startKine(
  program: string,
  postgresUrl: string,
  { pki }: PartCluster,
): Promise<{ url: string; end: () => Promise<void> }> {
  const endpoint = new URL(postgresUrl);
  endpoint.searchParams.set('sslmode', 'disable');
  const port = await freePort();
  const { certFile, keyFile } = pki.etcdServer;
  const running = await StockProcess.start(
    program,
    [
      `--endpoint=${endpoint.href.replace(/^postgresql:/, 'postgres:')}`,
      `--listen-address=127.0.0.1:${port}`,
      '--metrics-bind-address=0',
      `--server-cert-file=${certFile}`,
      `--server-key-file=${keyFile}`,
    ],
    () => accepts(port),
  );
  return { url: `https://127.0.0.1:${port}`, end: () => running.end() };
}
