import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { kubeconfig } from '../../../pg8s/src/kubeconfig.ts';
import { type ClusterPki, ensureClusterPki } from '../../../pg8s/src/pki/cluster-pki.ts';
import { obtainClients } from '../clients/obtain.ts';
import { attempt, type CommandResult } from '../command.ts';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { accepts, PartProcess } from './part-process.ts';

/** An API server as a process of its own, and how to talk to it. */
export interface ApiserverPart {
  readonly process: PartProcess;
  readonly kubeconfig: string;
  readonly port: number;
}

/** An etcd server as a process of its own, over TLS, with client certificates only. */
export interface EtcdPart {
  readonly process: PartProcess;
  readonly url: string;
}

/** Keys, certificates and kubeconfigs of one cluster, the parts of which are started one by one. */
export class PartCluster {
  readonly pki: ClusterPki;
  readonly #folder: string;
  readonly #kubectl: string;
  readonly #parts: PartProcess[] = [];

  private constructor(folder: string, pki: ClusterPki, kubectl: string) {
    this.#folder = folder;
    this.pki = pki;
    this.#kubectl = kubectl;
  }

  static async in(folder: string): Promise<PartCluster> {
    await mkdir(folder, { recursive: true });
    const pki = await ensureClusterPki({
      folder: join(folder, 'pki'),
      hosts: [],
      nodeNames: [],
      serviceAddress: '10.96.0.1',
    });
    return new PartCluster(folder, pki, (await obtainClients()).kubectl);
  }

  /** Flags of an etcd server with this cluster's certificates. */
  get etcdTls(): string[] {
    const { etcdServer, etcdCa } = this.pki;
    const own = ['--cert-file', etcdServer.certFile, '--key-file', etcdServer.keyFile];
    return [...own, '--trusted-ca-file', etcdCa.certFile, '--client-cert-auth'];
  }

  /** Flags with which etcdctl is a client of it. */
  get etcdctlTls(): string[] {
    const { etcdClient, etcdCa } = this.pki;
    return ['--cacert', etcdCa.certFile, '--cert', etcdClient.certFile, '--key', etcdClient.keyFile];
  }

  /** Starts `pg8s etcd` on a database. */
  async startEtcd(postgresUrl: string): Promise<EtcdPart> {
    const port = await freePort();
    const url = `https://127.0.0.1:${port}`;
    const urls = ['--listen-client-urls', url, '--advertise-client-urls', url];
    const args = ['etcd', '--postgres-url', postgresUrl, ...urls, ...this.etcdTls];
    return { process: await this.#start(args, () => accepts(port)), url };
  }

  /** Starts `pg8s apiserver` on these etcd servers, ours or stock ones. */
  async startApiserver(...etcdUrls: readonly string[]): Promise<ApiserverPart> {
    return this.startApiserverWith(etcdUrls, []);
  }

  /** The same with further flags. */
  async startApiserverWith(etcdUrls: readonly string[], flags: readonly string[]): Promise<ApiserverPart> {
    const { apiserver, ca, etcdCa, etcdApiserver, admin } = this.pki;
    const port = await freePort();
    const args = [
      ['--etcd-servers', etcdUrls.join(',')],
      ['--etcd-cafile', etcdCa.certFile, '--etcd-certfile', etcdApiserver.certFile],
      ['--etcd-keyfile', etcdApiserver.keyFile, '--secure-port', String(port)],
      ['--tls-cert-file', apiserver.certFile, '--tls-private-key-file', apiserver.keyFile],
      ['--client-ca-file', ca.certFile],
      flags,
    ].flat();
    const process = await this.#start(['apiserver', ...args], () => isReady(port, ca.cert));
    const file = join(this.#folder, `kubeconfig-${port}`);
    const server = `https://127.0.0.1:${port}`;
    await writeFile(file, kubeconfig({ server, caCert: ca.cert, user: 'kubernetes-admin', client: admin }));
    return { process, kubeconfig: file, port };
  }

  /** Starts `pg8s controllers`, with one node and further flags. */
  async startControllers(
    apiserver: Pick<ApiserverPart, 'kubeconfig'>,
    flags: readonly string[] = [],
  ): Promise<PartProcess> {
    // Leases that end soon, so that the next one need not wait long for those of one that was killed.
    const election = [
      '--leader-elect-lease-duration=3s',
      '--leader-elect-renew-deadline=2s',
      '--leader-elect-retry-period=500ms',
    ];
    const args = ['controllers', '--kubeconfig', apiserver.kubeconfig, '--nodes', '1', ...election, ...flags];
    return this.#start(args, (log) => log.includes('working'));
  }

  /** kubectl of an administrator; whatever the exit code. */
  async kubectl(
    { kubeconfig }: ApiserverPart,
    args: readonly string[],
    input?: string,
  ): Promise<CommandResult> {
    const env = { PATH: process.env['PATH'], HOME: this.#folder, KUBECONFIG: kubeconfig };
    return attempt(this.#kubectl, args, { env, ...(input === undefined ? {} : { input }) });
  }

  /** Ends all that runs, the last one first. */
  async stop(): Promise<void> {
    for (const part of this.#parts.toReversed()) await part.end();
  }

  async #start(
    args: readonly string[],
    isReady: (log: string) => boolean | Promise<boolean>,
  ): Promise<PartProcess> {
    const part = new PartProcess(args, isReady);
    this.#parts.push(part);
    await part.start();
    return part;
  }
}

/** Whether an API server says so, as a load balancer asks. */
export function isReady(port: number, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path: '/readyz', ca, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
