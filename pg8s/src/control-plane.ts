import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import type { Worker } from '@pg8s/controllers/runtime/part';
import pino, { type Logger } from 'pino';
import type { ControlPlane, ControlPlaneOptions } from './control-plane-options.ts';
import { takeDataDir } from './data-dir.ts';
import { assertFree } from './free-ports.ts';
import { stableIdentity } from './identity.ts';
import { etcdctlEnv, kubeconfig } from './kubeconfig.ts';
import type { KeyPair } from './pki/authority.ts';
import { startEmbeddedPostgres } from './postgres/embedded.ts';
import { writePrivate } from './private-file.ts';
import { StopStack } from './stop-stack.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';
import { UsageError } from './usage-error.ts';
import { withoutPassword } from './without-password.ts';

const serviceClusterIpRange = '10.96.0.0/12';
/** kubeadm's. */
const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

/**
 * Starts PostgreSQL, the shim, the API server and the controllers, and resolves when Pods can run: nodes are
 * registered and ready, or another control plane on the same database runs them, and this one waits to take
 * over. Throws a UsageError for what a person can mend (a port or a data directory in use …); what had been
 * started is stopped by then.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
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
  const { log = pino({ level: 'silent' }), onUp = () => undefined, bindAddress = '127.0.0.1' } = options;
  const { securePort = 0, etcdPort = 0, nodes = 1 } = options;
  const temporary = options.dataDir === undefined ? await makeTemporaryFolder() : undefined;
  if (temporary !== undefined) stack.push('temporary folder', () => temporary.remove());
  const dataDir = await takeDataDir(options.dataDir ?? temporary!.path);
  stack.push('data directory', () => dataDir.release());
  await assertFree(bindAddress, [securePort, etcdPort]);
  const nodeNames = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);

  const settings = await import('./part-settings.ts');
  const partSettings = settings.readPartSettings(options);
  const serviceRange = partSettings.given.apiserver['service-cluster-ip-range'] ?? serviceClusterIpRange;

  // While the database comes up, which takes most of the time, keys are made and the other parts are loaded.
  const database = startDatabase({ ...options, log, dataDir: dataDir.path, holds: temporary?.holds }, stack);
  const pkiFolder = join(dataDir.path, 'pki');
  const pkiMade = import('./pki/cluster-pki.ts').then(async ({ ensureClusterPki }) => {
    if (options.postgresUrl !== undefined) {
      const { shareKeys } = await import('./pki/shared-keys.ts');
      await shareKeys({
        postgresUrl: options.postgresUrl,
        folder: pkiFolder,
        log: log.child({ part: 'pki' }),
      });
    }
    return ensureClusterPki({
      folder: pkiFolder,
      hosts: [bindAddress],
      nodeNames,
      serviceAddress: await firstAddress(serviceRange),
    });
  });
  const parts = Promise.all([
    import('@pg8s/shim/shim'),
    import('@pg8s/apiserver-lite/apiserver'),
    import('@pg8s/controllers/controllers'),
    import('@pg8s/controllers/kubelet/static-pods/node-mirror-pods'),
    import('./control-plane-pods.ts'),
  ]);
  // All are waited for, so that a failure of one leaves nothing behind that another was still starting.
  const settled = await Promise.allSettled([database, pkiMade, parts]);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  const { postgresUrl, failed, detail } = await database;
  const pki = await pkiMade;
  const [
    { createShim },
    { startApiserver },
    { createControllers },
    { createNodeMirrorPods },
    { controlPlanePods },
  ] = await parts;
  onUp('postgres', detail);

  const ownEtcdFlags = {
    name: 'pg8s',
    'listen-client-urls': `https://${urlHost(bindAddress)}:${etcdPort}`,
    'cert-file': pki.etcdServer.certFile,
    'key-file': pki.etcdServer.keyFile,
    'trusted-ca-file': pki.etcdCa.certFile,
    'client-cert-auth': 'true',
    // No limit: the disk is the user's own.
    'quota-backend-bytes': '-1',
  };
  const etcdFlags = settings.etcdSettings(partSettings, ownEtcdFlags);
  const shim = await createShim({ ...etcdFlags.shim, postgresUrl, log: log.child({ part: 'etcd' }) });
  stack.push('etcd', () => shim.close());
  const { clientUrls } = await shim.listen(etcdFlags.shim);
  const etcdEndpoints = clientUrls.map(reachableUrl);
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
  const ownApiserverFlags = {
    'bind-address': bindAddress,
    'secure-port': String(securePort),
    'tls-cert-file': pki.apiserver.certFile,
    'tls-private-key-file': pki.apiserver.keyFile,
    'client-ca-file': pki.ca.certFile,
    'kubelet-client-certificate': pki.kubeletClient.certFile,
    'kubelet-client-key': pki.kubeletClient.keyFile,
    'kubelet-certificate-authority': pki.ca.certFile,
    'service-account-issuer': serviceAccountIssuer,
    'service-account-key-file': pki.serviceAccounts.keyFile,
    'service-account-signing-key-file': pki.serviceAccounts.keyFile,
    'service-cluster-ip-range': serviceRange,
  };
  const { apiserver: apiserverOptions, ...apiserverFlags } = await settings.apiserverSettings(
    partSettings,
    ownApiserverFlags,
  );
  for (const note of apiserverFlags.notes) log.warn(note);
  const { etcdOverrides } = await import('./etcd-overrides.ts');
  const { createGrpcClient } = await import('@pg8s/shim/client/grpc-client');
  const { runningControllers } = await import('./running-controllers.ts');
  const apiserver = await startApiserver({
    ...apiserverOptions,
    etcd: shim.client(),
    ...etcdOverrides(apiserverFlags.etcd, (endpoints) => {
      const client = createGrpcClient({ endpoints, tls: apiserverFlags.etcd.tls });
      stack.push('etcd client', () => Promise.resolve(client.close()));
      return client;
    }),
    controllersShareOneIdentity: true,
    actors: runningControllers(partSettings.controllerManager.enabled),
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
  const { controllerManager, scheduler } = partSettings;
  const { readRootCa } = await import('./root-ca.ts');
  const rootCa = await readRootCa(controllerManager.controllerSettings.rootCaFile);
  for (const note of [...controllerManager.notes, ...scheduler.notes]) log.warn(note);
  const { given } = partSettings;
  const isReady = Promise.withResolvers<void>();
  const mirrorPodsOf = (nodeName: string): Worker[] => [
    createNodeMirrorPods({
      kubeConfig: identityOf(`system:node:${nodeName}`, pki.nodes.get(nodeName)!),
      log: log.child({ part: 'controllers', component: 'kubelet' }),
      nodeName,
      // When the nodes are ready, so that it delays nothing.
      begin: isReady.promise,
      pods: controlPlanePods({
        pki,
        dataDir: dataDir.path,
        kubeconfigFile,
        postgresUrl: options.postgresUrl === undefined ? undefined : withoutPassword(options.postgresUrl),
        etcdEndpoints,
        server,
        flags: {
          ...given,
          etcd: { ...ownEtcdFlags, ...given.etcd },
          apiserver: settings.withNodeRestriction({ ...ownApiserverFlags, ...given.apiserver }),
        },
        problemOf: (part) => running?.problemOf(part),
      }),
    }),
  ];
  const [firstNode] = nodeNames;
  const controllers = createControllers({
    kubeConfigs: {
      controllerManager: identityOf('system:kube-controller-manager', pki.controllerManager),
      scheduler: identityOf('system:kube-scheduler', pki.scheduler),
      node: (name) => identityOf(`system:node:${name}`, pki.nodes.get(name)!),
    },
    controllerManager: {
      ...controllerManager.settings,
      enabled: controllerManager.enabled,
      concurrency: controllerManager.concurrency,
      settings: { ...controllerManager.controllerSettings, rootCa },
      // One control plane leads, and it is shown.
      ...(firstNode === undefined ? {} : { whileLeading: () => mirrorPodsOf(firstNode) }),
    },
    scheduler: scheduler.settings,
    nodeNames,
    nodesFollowLeader: true,
    kubelet: {
      // Only the API server of this process asks it.
      bindAddress: '127.0.0.1',
      host: 'localhost',
      port: 0,
      cert: pki.kubelet.cert,
      key: pki.kubelet.key,
      clientCa: pki.ca.cert,
    },
    identity: await stableIdentity(dataDir.path, { ownsDatabase: options.postgresUrl === undefined }),
    log: log.child({ part: 'controllers' }),
  });
  running = controllers;
  stack.push('controllers', () => controllers.close());
  controllers.start();
  controllers.ready.then(isReady.resolve, () => undefined);
  const leader = await controllers.started;
  const work = `${nodes} ${nodes === 1 ? 'node' : 'nodes'} ready`;
  onUp('controllers', leader === undefined ? work : `standby: ${leader} leads`);

  const close = async ({ remove = false } = {}): Promise<void> => {
    await stack.close();
    if (remove) await rm(dataDir.path, { recursive: true, force: true });
  };
  return {
    server,
    etcdEndpoints,
    kubeconfigFile,
    etcdctlEnvFile,
    kubeconfig: admin,
    failed,
    close,
    [Symbol.asyncDispose]: close,
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
  options: { postgresUrl?: string; log: Logger; dataDir: string; holds: Writable | undefined },
  stack: StopStack,
): Promise<Database> {
  const { postgresUrl, log, dataDir, holds } = options;
  if (postgresUrl !== undefined) {
    return {
      postgresUrl,
      failed: new Promise(() => undefined),
      detail: `external, ${withoutPassword(postgresUrl)}`,
    };
  }
  const folder = join(dataDir, 'postgres');
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    log: log.child({ part: 'postgres' }),
    holds,
  });
  stack.push('postgres', () => postgres.stop());
  return {
    postgresUrl: postgres.url,
    failed: postgres.failed,
    detail: `embedded ${postgres.version}, ${folder}`,
  };
}

/** The address of the `kubernetes` Service. Throws a UsageError for what is no range. */
async function firstAddress(ranges: string): Promise<string> {
  const { addressAt, parseServiceRanges } =
    await import('@pg8s/apiserver-lite/registry/core/service/allocation/ip-range');
  try {
    return addressAt(parseServiceRanges(ranges)[0]!, 1);
  } catch (error) {
    throw new UsageError(`--kube-apiserver-arg: --service-cluster-ip-range: ${(error as Error).message}`);
  }
}

/** A host as it stands in a URL: IPv6 addresses in brackets. */
function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** Who listens everywhere is reached on loopback from here. */
function reachableUrl(text: string): string {
  return text.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
