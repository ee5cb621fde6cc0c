import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ControlPlaneOptions } from '../control-plane-options.ts';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';
import type { StopStack } from '../stop-stack.ts';
import { UsageError } from '../usage-error.ts';
import { withoutPassword } from '../without-password.ts';
import type { Setup } from './setup.ts';

/** The PostgreSQL database of a control plane. */
export interface Database {
  readonly postgresUrl: string;
  /** The URL without its password; undefined: the database is in the data directory. */
  readonly shownUrl: string | undefined;
  /** Whether other control planes, now or later, may use the database: then keys are kept in it. */
  readonly isShared: boolean;
  /** Settles when the server ends by itself. */
  readonly failed: Promise<Error>;
  /** One line for a person: which server, and where. */
  readonly detail: string;
}

/**
 * The database that the options name, or else an embedded server in the data directory, which is started.
 *
 * @throws UsageError, see `startEmbeddedPostgres`, and for options that exclude each other.
 */
export async function databaseStage(
  options: Pick<ControlPlaneOptions, 'postgresUrl' | 'postgres' | 'database'>,
  setup: Setup,
  stack: StopStack,
): Promise<Database> {
  const { postgresUrl, postgres, database } = options;
  if (postgres !== undefined) {
    if (postgresUrl !== undefined) throw new UsageError('give postgres or postgresUrl, not both');
    return databaseOn(postgres, database, stack);
  }
  if (database !== undefined) {
    throw new UsageError(
      'database is for a shared server, postgres; postgresUrl has its database in the URL',
    );
  }
  return postgresUrl === undefined ? embedded(setup, stack) : external(postgresUrl);
}

function external(postgresUrl: string): Database {
  const shownUrl = withoutPassword(postgresUrl);
  return {
    postgresUrl,
    shownUrl,
    isShared: true,
    failed: new Promise(() => undefined),
    detail: `external, ${shownUrl}`,
  };
}

async function embedded({ dataDir, holds, log }: Setup, stack: StopStack): Promise<Database> {
  const folder = join(dataDir, 'postgres');
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    log: log.child({ part: 'postgres' }),
    holds,
    isExclusive: true,
  });
  stack.push('postgres', () => postgres.stop());
  return {
    postgresUrl: postgres.url,
    shownUrl: undefined,
    isShared: false,
    failed: postgres.failed,
    detail: `embedded ${postgres.version}, ${folder}`,
  };
}

/** A database of its own on a server that others use too; one without a given name is dropped at the end. */
async function databaseOn(
  postgres: NonNullable<ControlPlaneOptions['postgres']>,
  given: string | undefined,
  stack: StopStack,
): Promise<Database> {
  const name = given ?? `pg8s_${randomUUID().replaceAll('-', '')}`;
  const postgresUrl = await postgres.createDatabase(name);
  if (given === undefined) stack.push(`database ${name}`, () => postgres.dropDatabase(name));
  return {
    postgresUrl,
    shownUrl: withoutPassword(postgresUrl),
    isShared: given !== undefined,
    failed: postgres.failed,
    detail: `shared ${postgres.version}, database ${name}`,
  };
}
