import { join } from 'node:path';
import { startApiserver } from '@pg8s/apiserver-lite/apiserver';
import { startControllers } from '@pg8s/controllers/controllers';
import { startShim } from '@pg8s/shim/server';
import { KubeConfig } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { takeDataDir } from './data-dir.ts';
import { stableIdentity } from './identity.ts';
import { etcdctlEnv, kubeconfig } from './kubeconfig.ts';
import { type ClusterPki, ensureClusterPki } from './pki/cluster-pki.ts';
import { type KeyPairFiles, writePrivate } from './pki/store.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/embedded.ts';
import { startFailure } from './start-failure.ts';
import { StopStack } from './stop-stack.ts';

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
    throw startFailure(error, options);
  }
}

async function start(options: ControlPlaneOptions, stack: StopStack): Promise<ControlPlane> {
  const { log, onUp = () => undefined } = options;
  const dataDir = await takeDataDir(options.dataDir);
  stack.push('data directory', () => dataDir.release());
  const nodeNames = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);

  const pkiFolder = join(dataDir.path, 'pki');
  const pkiReady = ensureClusterPki({
    folder: pkiFolder,
    hosts: [options.bindAddress],
    nodeNames,
    serviceAddress: firstServiceAddress,
  });
  const postgres =
    options.postgresUrl === undefined ? await startOwnPostgres(options, dataDir.path, stack) : undefined;
  const postgresUrl = options.postgresUrl ?? postgres!.url;
  onUp(
    'postgres',
    postgres === undefined ? 'external' : `embedded ${postgres.version}, ${join(dataDir.path, 'postgres')}`,
  );
  const pki = await pkiReady;

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
  const etcdctlEnvFile = join(dataDir.path, 'etcdctl.env');
  await writePrivate(
    etcdctlEnvFile,
    etcdctlEnv({
      endpoints: shim.clientUrls,
      caFile: pki.etcdCa.certFile,
      certFile: pki.etcdClient.certFile,
      keyFile: pki.etcdClient.keyFile,
    }),
  );
  onUp('etcd', shim.clientUrls.join(', '));

  const apiserver = await startApiserver({
    etcd: shim.client(),
    bindAddress: options.bindAddress,
    securePort: options.securePort,
    tls: { cert: pki.apiserver.cert, key: pki.apiserver.key },
    clientCa: pki.ca.cert,
    serviceClusterIpRange,
    log: log.child({ part: 'apiserver' }),
  });
  stack.push('apiserver', () => apiserver.close());
  const configFor = (user: string, client: KeyPairFiles): string =>
    kubeconfig({ server: apiserver.url, caCert: pki.ca.cert, user, client });
  const admin = configFor('kubernetes-admin', pki.admin);
  const kubeconfigFile = join(dataDir.path, 'kubeconfig');
  await writePrivate(kubeconfigFile, admin);
  onUp('apiserver', apiserver.url);

  const identity = await stableIdentity(dataDir.path);
  const controllers = await startControllers({
    kubeConfigs: {
      controllerManager: loaded(configFor('system:kube-controller-manager', pki.controllerManager)),
      scheduler: loaded(configFor('system:kube-scheduler', pki.scheduler)),
      node: (name: string) => loaded(configFor(`system:node:${name}`, pki.nodes.get(name)!)),
    },
    nodeNames,
    identity,
    log: log.child({ part: 'controllers' }),
  });
  stack.push('controllers', () => controllers.close());
  await controllers.ready;
  onUp('controllers', `${options.nodes} ${options.nodes === 1 ? 'node' : 'nodes'} ready`);

  return {
    server: apiserver.url,
    etcdEndpoints: shim.clientUrls,
    kubeconfigFile,
    etcdctlEnvFile,
    kubeconfig: admin,
    failed: postgres?.failed ?? new Promise(() => undefined),
    close: () => stack.close(),
  };
}

async function startOwnPostgres(
  options: ControlPlaneOptions,
  dataDir: string,
  stack: StopStack,
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir, 'postgres'),
    log: options.log.child({ part: 'postgres' }),
  });
  stack.push('postgres', () => postgres.stop());
  return postgres;
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function loaded(text: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config;
}
