/**
 * The package `pg8s`, for programs and test suites. This module loads on any Node that has ES modules, so
 * that an old one is refused in one line: what needs a newer one is imported when it is called.
 */
import type {
  ControlPlane,
  ControlPlaneOptions,
  SharedPostgres,
  SharedPostgresOptions,
} from './control-plane-options.ts';
import { unsupportedNode } from './supported-node.ts';
import { UsageError } from './usage-error.ts';

export type {
  ControlPlane,
  ControlPlaneOptions,
  PartArgs,
  SharedPostgres,
  SharedPostgresOptions,
} from './control-plane-options.ts';
export { UsageError } from './usage-error.ts';

const unsupported = unsupportedNode();
if (unsupported !== undefined) throw new UsageError(unsupported);

/**
 * Starts PostgreSQL, the etcd server, the API server, the controllers and simulated nodes in this process,
 * and resolves when Pods can run.
 *
 * @throws UsageError, whose message is one line for a person: a port or a data directory in use, a Node that
 * is too old …
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { startControlPlane: start } = await import('./control-plane.ts');
  return start(options);
}

/**
 * Starts an embedded PostgreSQL for several control planes in this process, each with a database of its own:
 * the option `postgres` of `startControlPlane`. Ten fit on one.
 *
 * @throws UsageError, whose message is one line for a person.
 */
export async function startPostgres(options: SharedPostgresOptions = {}): Promise<SharedPostgres> {
  const { startPostgres: start } = await import('./postgres/shared.ts');
  return start(options);
}
