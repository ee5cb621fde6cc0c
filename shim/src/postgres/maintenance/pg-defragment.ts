import type { Connection } from '../connection/connection.ts';

/** The key of an advisory lock; any number that no other program uses. */
const defragmentLock = 7_238_015_592;

/**
 * Makes the space of deleted rows usable again and rebuilds the history's index, without blocking reads or
 * writes. Returns at once if another shim is doing it.
 *
 * The table's file itself seldom shrinks: new rows fill it again.
 */
export async function defragment(connection: Connection): Promise<void> {
  await connection.query("SET statement_timeout = 0; SET lock_timeout = '60s'");
  const [[isOurs] = []] = await connection.query(`SELECT pg_try_advisory_lock(${defragmentLock})`);
  if (isOurs !== 't') return;
  try {
    for (const table of ['history', 'leases', 'members', 'roles', 'revision']) {
      await connection.query(`VACUUM (ANALYZE) pg8s.${table}`);
    }
    // What an earlier attempt left behind when it was interrupted.
    await connection.query('DROP INDEX IF EXISTS pg8s.history_pkey_ccnew');
    await connection.query('REINDEX INDEX CONCURRENTLY pg8s.history_pkey');
  } finally {
    await connection.query(`SELECT pg_advisory_unlock(${defragmentLock})`);
  }
}
