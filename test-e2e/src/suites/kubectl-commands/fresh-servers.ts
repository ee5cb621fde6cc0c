import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@pg8s/shim/mvcc/testing/free-port';
import { eventually } from '../../command.ts';
import { projectRoot } from '../../running-pg8s.ts';
import type { EtcdPool } from '../etcd-pool.ts';

const startLimitMs = 240_000;

/** What the servers are made of. */
export interface FreshServersOptions {
  readonly pool: EtcdPool;
  /** For what is not kept. */
  readonly folder: string;
  /** Where API servers have their certificate, the same for all; the scripts read it. */
  readonly certFolder: string;
  /** The copy of Kubernetes' scripts, whose certificates and tokens are used. */
  readonly kubernetesRoot: string;
  readonly controllerManager: string;
  /** Path of a stock kube-apiserver, if that is to be what is tested. */
  readonly stockApiserver?: string | undefined;
  /** Whether a function is to be run with these servers; asked once for each, in the order of the scripts. */
  readonly claim: (name: string) => boolean;
}

/** An API server with a controller manager, on an etcd server of its own. */
interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Gives the scripts an API server each time they ask, with a stock kube-controller-manager, as Kubernetes'
 * test-cmd.sh starts them; the one before ends. The next one is started meanwhile.
 */
export class FreshServers {
  readonly url: string;
  readonly #server: Server;
  readonly #options: FreshServersOptions;
  #current: Running | undefined;
  #next: Promise<Running>;
  #count = 0;

  private constructor(server: Server, options: FreshServersOptions) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#server = server;
    this.#options = options;
    this.#next = this.#start();
    server.on('request', ({ url = '' }, response) => {
      const [, verb, name = ''] = url.split('/');
      const answer = verb === 'claim' ? Promise.resolve(options.claim(name) ? 'yes' : 'no') : this.#replace();
      answer.then(
        (text) => response.end(text),
        (error: unknown) => {
          console.error(error);
          response.writeHead(500).end();
        },
      );
    });
  }

  static async start(options: FreshServersOptions): Promise<FreshServers> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FreshServers(server, options);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await this.#current?.stop();
    await this.#next.then(
      (next) => next.stop(),
      () => undefined,
    );
  }

  /** The port of the next one. */
  async #replace(): Promise<string> {
    // One that was too slow to start does not end the run.
    const next = await this.#next.catch(() => this.#start());
    const before = this.#current;
    this.#current = next;
    await before?.stop();
    this.#next = this.#start();
    // It is reported where it is asked for.
    this.#next.catch(() => undefined);
    return String(next.port);
  }

  async #start(): Promise<Running> {
    const { pool, certFolder, kubernetesRoot, controllerManager, stockApiserver } = this.#options;
    const folder = join(this.#options.folder, String(++this.#count));
    await mkdir(folder, { recursive: true });
    const { id, endpoints } = await pool.add({});
    const port = await freePort();
    const testdata = join(kubernetesRoot, 'hack/testdata');
    const args = apiserverFlags({ port, etcdUrl: endpoints[0]!, certFolder, testdata });
    const apiserver =
      stockApiserver === undefined
        ? new Part(process.execPath, [join(projectRoot, 'pg8s/bin/pg8s.js'), 'apiserver', ...args])
        : new Part(stockApiserver, args);
    const parts = [apiserver];
    const stop = async () => {
      for (const part of parts.toReversed()) await part.end();
      await pool.remove(id);
    };
    try {
      await apiserver.ready(`https://127.0.0.1:${port}/readyz`, { authorization: 'Bearer admin-token' });
      const managerPort = await freePort();
      const kubeconfig = join(folder, 'kubeconfig');
      await writeFile(kubeconfig, kubeconfigOf(port));
      const manager = new Part(controllerManager, [
        `--kubeconfig=${kubeconfig}`,
        `--secure-port=${managerPort}`,
        '--bind-address=127.0.0.1',
        `--cert-dir=${folder}`,
        `--cluster-signing-cert-file=${join(kubernetesRoot, 'hack/testdata/ca/ca.crt')}`,
        `--cluster-signing-key-file=${join(kubernetesRoot, 'hack/testdata/ca/ca.key')}`,
      ]);
      parts.push(manager);
      await manager.ready(`https://127.0.0.1:${managerPort}/healthz`);
      return { port, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  }
}

/** As in test-cmd.sh of Kubernetes. */
function apiserverFlags(at: {
  port: number;
  etcdUrl: string;
  certFolder: string;
  testdata: string;
}): string[] {
  const serviceAccountKey = join(at.testdata, 'ca/ca.key');
  return [
    '--bind-address=127.0.0.1',
    '--authorization-mode=RBAC,AlwaysAllow',
    `--secure-port=${at.port}`,
    `--disable-admission-plugins=${disabledPlugins.join(',')}`,
    `--etcd-servers=${at.etcdUrl}`,
    '--runtime-config=api/v1',
    `--service-account-key-file=${serviceAccountKey}`,
    '--service-account-lookup=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${serviceAccountKey}`,
    `--cert-dir=${at.certFolder}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    `--client-ca-file=${join(at.testdata, 'ca/ca.crt')}`,
    `--token-auth-file=${join(at.testdata, 'auth-tokens.csv')}`,
  ];
}

const disabledPlugins = [
  'ServiceAccount',
  'DefaultStorageClass',
  'DefaultTolerationSeconds',
  'MutatingAdmissionWebhook',
  'ValidatingAdmissionWebhook',
  'StorageObjectInUseProtection',
];

function kubeconfigOf(port: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    users: [{ name: 'controller-manager', user: { token: 'admin-token' } }],
    clusters: [
      { name: 'local', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'controller-manager' } }],
    'current-context': 'local',
  });
}

/** A program that serves until it is ended. */
class Part {
  readonly #name: string;
  readonly #process: ChildProcess;
  #log = '';

  constructor(program: string, args: readonly string[]) {
    this.#name = `${program} ${args.slice(0, 2).join(' ')}`;
    this.#process = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#log = (this.#log + chunk.toString()).slice(-8000)));
  }

  /** Resolves when the URL answers with success; rejects with its log. */
  async ready(url: string, headers: Record<string, string> = {}): Promise<void> {
    const hasEnded = () => this.#process.exitCode !== null;
    await eventually(async () => hasEnded() || isOk(url, headers), { withinMs: startLimitMs }).catch(
      (cause: unknown) => {
        throw new Error(`${this.#name} was not ready:\n${this.#log}`, { cause });
      },
    );
    if (hasEnded()) throw new Error(`${this.#name} ended:\n${this.#log}`);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

/** Whether that answers with 200; its certificate is of its own making. */
async function isOk(url: string, headers: Record<string, string>): Promise<boolean> {
  const request = get(url, { rejectUnauthorized: false, timeout: 5000, headers });
  request.on('timeout', () => request.destroy());
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode === 200;
}
