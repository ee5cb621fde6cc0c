/**
 * The package `pg8s/testing`: clusters for the tests of a program. As `index.ts`, it loads on any Node that
 * has ES modules.
 */
import type { ControlPlane, ControlPlaneOptions, SharedPostgres } from './control-plane-options.ts';
import { startControlPlane, startPostgres } from './index.ts';

/** What `startTestCluster` starts. */
export type TestClusterOptions = Omit<
  ControlPlaneOptions,
  'postgres' | 'postgresUrl' | 'database' | 'dataDir'
>;

/** Nobody needs the data of a test after a power failure. */
const settings = { fsync: 'off', full_page_writes: 'off' } as const;

let shared: Promise<SharedPostgres> | undefined;
let clusters = 0;

/**
 * Starts a cluster for a test. All test clusters of a process share one PostgreSQL, which starts with the
 * first and stops with the last: that saves a second for each further cluster. `close()` ends the cluster
 * and drops its data.
 *
 * @throws UsageError, whose message is one line for a person.
 */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<ControlPlane> {
  clusters += 1;
  shared ??= startPostgres({ settings });
  try {
    const cluster = await startControlPlane({ ...options, postgres: await shared });
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => (closed ??= cluster.close().finally(leave));
    return { ...cluster, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await leave();
    throw error;
  }
}

/** Stops PostgreSQL after the last cluster. */
async function leave(): Promise<void> {
  clusters -= 1;
  if (clusters > 0) return;
  const postgres = shared;
  shared = undefined;
  await (await postgres?.catch(() => undefined))?.stop();
}
