import { join } from 'node:path';
import type { Logger } from 'pino';
import { takeDataDir } from './data-dir.ts';
import { stableIdentity } from './identity.ts';
import { etcdctlEnv, kubeconfig } from './kubeconfig.ts';
import type { KeyPair } from './pki/authority.ts';
import { startEmbeddedPostgres } from './postgres/embedded.ts';
import { writePrivate } from './private-file.ts';
import { StopStack } from './stop-stack.ts';
import { withoutPassword } from './without-password.ts';

export interface ControlPlaneOptions {
  /** Holds `postgres/`, `pki/`, `kubeconfig` and `etcdctl.env`; made when missing. */
  dataDir: string;
  /** Where the API listens; 0: any free port. */
  securePort: number;
  /** Where the etcd API listens; 0: any free port. */
  etcdPort: number;
  /** Address of both. */
  bindAddress: string;
  /** A server to use instead of the embedded one. */
  postgresUrl?: string;
  /** Simulated nodes. */
  nodes: number;
  log: Logger;
  /** Called when a part is up. */
  onUp?: (part: string, detail: string) => void;
}

/** A whole cluster in this process. */
export interface ControlPlane {
  /** `https://127.0.0.1:6443` */
  server: string;
  etcdEndpoints: readonly string[];
  kubeconfigFile: string;
  etcdctlEnvFile: string;
  /** The same as in `kubeconfigFile`, YAML. */
  kubeconfig: string;
  /** Settles when a part ended that should not have. */
  failed: Promise<Error>;
  /** Drains and stops everything, PostgreSQL last. */
  close(): Promise<void>;
}

const serviceClusterIpRange = '10.96.0.0/12';
/** kubeadm's. */
const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';
const firstServiceAddress = '10.96.0.1';

/**
 * Starts PostgreSQL, the shim, the API server and the controllers, and resolves when Pods can run: nodes are
 * registered and ready. Throws a UsageError for what a person can mend (a port or a data directory in use …); what
 * had been started is stopped by then.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const stack = new StopStack();
  try {
    return await start(options, stack);
  } catch (error) {
    await stack.close();
    const { startFailure } = await import('./start-failure.ts');
    throw startFailure(error, options);
  }
}

async function start(options: ControlPlaneOptions, stack: StopStack): Promise<ControlPlane> {
  const { log, onUp = () => undefined } = options;
  const dataDir = await takeDataDir(options.dataDir);
  stack.push('data directory', () => dataDir.release());
  const nodeNames = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);

  // While the database comes up, which takes most of the time, keys are made and the other parts are loaded.
  const database = startDatabase(options, dataDir.path, stack);
  const pkiMade = import('./pki/cluster-pki.ts').then(({ ensureClusterPki }) =>
    ensureClusterPki({
      folder: join(dataDir.path, 'pki'),
      hosts: [options.bindAddress],
      nodeNames,
      serviceAddress: firstServiceAddress,
    }),
  );
  const parts = Promise.all([
    import('@pg8s/shim/server'),
    import('@pg8s/apiserver-lite/apiserver'),
    import('@pg8s/controllers/controllers'),
  ]);
  // All are waited for, so that a failure of one leaves nothing behind that another was still starting.
  const settled = await Promise.allSettled([database, pkiMade, parts]);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  const { postgresUrl, failed, detail } = await database;
  const pki = await pkiMade;
  const [{ startShim }, { startApiserver }, { startControllers }] = await parts;
  onUp('postgres', detail);

  const shim = await startShim({
    postgresUrl,
    name: 'pg8s',
    listenClientUrls: [`https://${urlHost(options.bindAddress)}:${options.etcdPort}`],
    tls: {
      cert: pki.etcdServer.cert,
      key: pki.etcdServer.key,
      trustedCa: pki.etcdCa.cert,
      clientCertAuth: true,
    },
    log: log.child({ part: 'etcd' }),
  });
  stack.push('etcd', () => shim.close());
  const etcdEndpoints = shim.clientUrls.map(reachableUrl);
  const etcdctlEnvFile = join(dataDir.path, 'etcdctl.env');
  const { certFile, keyFile } = pki.etcdClient;
  const env = etcdctlEnv({ endpoints: etcdEndpoints, caFile: pki.etcdCa.certFile, certFile, keyFile });
  await writePrivate(etcdctlEnvFile, env);
  onUp('etcd', etcdEndpoints.join(', '));

  // The API server is there before those who are asked how they are.
  let running: { problemOf(part: ObservedPartName): string | undefined } | undefined;
  const probeOf = (part: ObservedPartName) => async (): Promise<string> => {
    const problem = running === undefined ? 'it has not started yet' : running.problemOf(part);
    if (problem !== undefined) throw new Error(problem);
    return 'ok';
  };
  const apiserver = await startApiserver({
    etcd: shim.client(),
    bindAddress: options.bindAddress,
    securePort: options.securePort,
    tls: { cert: pki.apiserver.cert, key: pki.apiserver.key },
    clientCa: pki.ca.cert,
    serviceAccounts: {
      issuers: [serviceAccountIssuer],
      keyFiles: [pki.serviceAccounts.publicKey],
      signingKeyFile: pki.serviceAccounts.key,
    },
    serviceClusterIpRange,
    componentProbes: {
      'controller-manager': probeOf('controller-manager'),
      scheduler: probeOf('scheduler'),
    },
    log: log.child({ part: 'apiserver' }),
  });
  stack.push('apiserver', () => apiserver.close());
  const server = reachableUrl(apiserver.url);
  const configOf = (user: string, client: KeyPair): string =>
    kubeconfig({ server, caCert: pki.ca.cert, user, client });
  const admin = configOf('kubernetes-admin', pki.admin);
  const kubeconfigFile = join(dataDir.path, 'kubeconfig');
  await writePrivate(kubeconfigFile, admin);
  onUp('apiserver', server);

  const { KubeConfig } = await import('@kubernetes/client-node');
  const identityOf = (user: string, client: KeyPair): InstanceType<typeof KubeConfig> => {
    const config = new KubeConfig();
    config.loadFromString(configOf(user, client));
    return config;
  };
  const controllers = await startControllers({
    kubeConfigs: {
      controllerManager: identityOf('system:kube-controller-manager', pki.controllerManager),
      scheduler: identityOf('system:kube-scheduler', pki.scheduler),
      node: (name) => identityOf(`system:node:${name}`, pki.nodes.get(name)!),
    },
    nodeNames,
    identity: await stableIdentity(dataDir.path),
    log: log.child({ part: 'controllers' }),
  });
  running = controllers;
  stack.push('controllers', () => controllers.close());
  await controllers.ready;
  onUp('controllers', `${options.nodes} ${options.nodes === 1 ? 'node' : 'nodes'} ready`);

  return {
    server,
    etcdEndpoints,
    kubeconfigFile,
    etcdctlEnvFile,
    kubeconfig: admin,
    failed,
    close: () => stack.close(),
  };
}

type ObservedPartName = 'controller-manager' | 'scheduler';

interface Database {
  postgresUrl: string;
  failed: Promise<Error>;
  /** For people. */
  detail: string;
}

async function startDatabase(
  options: ControlPlaneOptions,
  dataDir: string,
  stack: StopStack,
): Promise<Database> {
  const { postgresUrl, log } = options;
  if (postgresUrl !== undefined) {
    return {
      postgresUrl,
      failed: new Promise(() => undefined),
      detail: `external, ${withoutPassword(postgresUrl)}`,
    };
  }
  const folder = join(dataDir, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: log.child({ part: 'postgres' }) });
  stack.push('postgres', () => postgres.stop());
  return {
    postgresUrl: postgres.url,
    failed: postgres.failed,
    detail: `embedded ${postgres.version}, ${folder}`,
  };
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Who listens everywhere is reached on loopback from here. */
function reachableUrl(text: string): string {
  return text.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
