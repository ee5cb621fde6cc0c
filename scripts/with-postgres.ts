import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { startEmbeddedPostgres } from '../pg8s/src/postgres/embedded.ts';
import { obtainPostgres } from './obtain-postgres.ts';
import { freePort } from '../shim/src/mvcc/testing/free-port.ts';

/**
 * Calls `work` with an environment whose PG8S_TEST_POSTGRES_URL names a server: the one that is named
 * already, or an embedded one that lives as long as `work`, of a major version if one is asked for.
 */
export async function withPostgres(
  work: (env: NodeJS.ProcessEnv) => Promise<number>,
  major?: string,
): Promise<number> {
  if (process.env['PG8S_TEST_POSTGRES_URL'] !== undefined) {
    if (major !== undefined)
      throw new Error('PG8S_TEST_POSTGRES_URL names a server: its version is what it is');
    return work(process.env);
  }
  const programs = major === undefined ? {} : { binaries: await obtainPostgres(major) };
  const folder = await mkdtemp(join(tmpdir(), 'pg8s-test-'));
  await chmod(folder, 0o755); // Root lends the server to another user, who must get in.
  const port = await freePort();
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: pino({ level: 'warn' }),
    ...programs,
    // Tests put proxies between, so it listens on a port too.
    settings: { max_connections: '300', listen_addresses: '127.0.0.1', port: String(port) },
  });
  try {
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    return await work({ ...process.env, PG8S_TEST_POSTGRES_URL: url });
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
