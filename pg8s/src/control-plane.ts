import { rm } from 'node:fs/promises';
import type { ControlPlane, ControlPlaneOptions } from './control-plane-options.ts';
import type { ClusterPki } from './pki/cluster-pki.ts';
import type { Database } from './stages/database-stage.ts';
import { databaseStage } from './stages/database-stage.ts';
import { ObservedParts } from './stages/observed-parts.ts';
import { type Setup, setUp } from './stages/setup.ts';
import { StopStack } from './stop-stack.ts';

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

/**
 * The stages, each made of the results of those before it:
 *
 *     setUp            data directory, ports, flags
 *     databaseStage    PostgreSQL                        ┐ at once, and meanwhile
 *     keysStage        keys and certificates             ┘ the other parts are loaded
 *     etcdStage        the etcd server, built            → listen
 *     apiserverStage   the API server on it, built       → listen
 *     controllersStage what works above the API, built   → start
 */
async function start(options: ControlPlaneOptions, stack: StopStack): Promise<ControlPlane> {
  const setup = await setUp(options, stack);
  const { database, pki, parts } = await foundations(options, setup, stack);
  setup.onUp('postgres', database.detail);

  const observed = new ObservedParts();
  const etcd = await parts.etcdStage(setup, { pki, database }, stack);
  const api = await parts.apiserverStage(setup, { pki, shim: etcd.shim, observed }, stack);
  const { endpoints, etcdctlEnvFile } = await etcd.listen();
  const apiserver = await api.listen();
  const { server, kubeconfigFile, kubeconfigOf } = apiserver;
  const shown = {
    pki,
    dataDir: setup.dataDir,
    kubeconfigFile,
    postgresUrl: database.shownUrl,
    etcdEndpoints: endpoints,
    server,
    flags: { ...setup.given, etcd: etcd.flags, apiserver: api.flags },
    problemOf: (part: 'controller-manager' | 'scheduler') => observed.problemOf(part),
  };
  const controllers = await parts.controllersStage(setup, { apiserver, observed, shown }, stack);
  await controllers.start();

  const close = async ({ remove = false } = {}): Promise<void> => {
    await stack.close();
    if (remove) await rm(setup.dataDir, { recursive: true, force: true });
  };
  return {
    server,
    etcdEndpoints: endpoints,
    kubeconfigFile,
    etcdctlEnvFile,
    kubeconfig: kubeconfigOf('kubernetes-admin', pki.admin),
    failed: database.failed,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Foundations {
  database: Database;
  pki: ClusterPki;
  parts: Awaited<ReturnType<typeof loadParts>>;
}

/**
 * The database comes up, which takes most of the time; keys are made and the other parts are loaded
 * meanwhile.
 */
async function foundations(
  options: ControlPlaneOptions,
  setup: Setup,
  stack: StopStack,
): Promise<Foundations> {
  const database = databaseStage(options, setup, stack);
  const pki = import('./stages/keys-stage.ts').then(async ({ keysStage }) => {
    // Keys of its own do not wait for the database.
    const isShared = options.postgresUrl !== undefined || options.database !== undefined;
    return keysStage(setup, isShared ? (await database).postgresUrl : undefined);
  });
  const parts = loadParts();
  // All are waited for, so that a failure of one leaves nothing behind that another was still starting.
  const settled = await Promise.allSettled([database, pki, parts]);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return { database: await database, pki: await pki, parts: await parts };
}

async function loadParts() {
  const [{ etcdStage }, { apiserverStage }, { controllersStage }] = await Promise.all([
    import('./stages/etcd-stage.ts'),
    import('./stages/apiserver-stage.ts'),
    import('./stages/controllers-stage.ts'),
  ]);
  return { etcdStage, apiserverStage, controllersStage };
}
