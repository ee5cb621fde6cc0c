import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { StoreError } from '../mvcc/store-error.ts';
import type { Connection } from './connection/connection.ts';

const migrationsFolder = new URL('./migrations/', import.meta.url);
/** The key of an advisory lock; any number that no other program uses. */
const migrationLock = 7_238_015_591;

/**
 * Brings the schema `pg8s` to this program's version: `migrations/NNNN-….sql`, in order, each once, all in
 * one transaction that only one shim at a time is in. Throws `corrupt` if the schema is newer than this
 * program. Returns the schema's version.
 */
export async function migrate(connection: Connection): Promise<number> {
  const files = (await readdir(migrationsFolder)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  return connection.transaction(async (query) => {
    await query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
    await query('CREATE SCHEMA IF NOT EXISTS pg8s');
    await query(
      `CREATE TABLE IF NOT EXISTS pg8s.migrations (
         version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
    );
    const [[found] = []] = await query('SELECT coalesce(max(version), 0) FROM pg8s.migrations');
    const version = Number(found);
    if (version > files.length) {
      throw new StoreError(
        'corrupt',
        `the database schema is at version ${version}, newer than this program, which knows ${files.length}: ` +
          'use the program that wrote it, or a newer one',
      );
    }
    for (const [index, name] of files.entries()) {
      if (index < version) continue;
      await query(await readFile(new URL(name, migrationsFolder), 'utf8'));
      await query('INSERT INTO pg8s.migrations (version, name) VALUES ($1, $2)', [index + 1, name]);
    }
    await query('INSERT INTO pg8s.revision (cluster_id) VALUES ($1) ON CONFLICT DO NOTHING', [
      randomBytes(8).readBigInt64BE().toString(),
    ]);
    return files.length;
  });
}
