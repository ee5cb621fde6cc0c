import type { CommitBatch, CommitOutcome, HeldFence } from '../../mvcc/history-port.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import { int8Array } from '../connection/binary-array.ts';
import { commitStatement } from './commit-statement.ts';
import type { Connection } from '../connection/connection.ts';
import { ConnectionLostError } from '../connection/pg-error.ts';
import { decodeFence, fenceColumns } from './read-statements.ts';

/** Why the transaction around a held fence ends. */
type End = { batch: CommitBatch } | 'release';

/**
 * Locks the fence row while the caller's work runs: no other shim can move it meanwhile. The lock is given in
 * the order of asking. Leases that are found expired stay so, because their rows are locked too.
 */
export async function holdFence(
  connection: Connection,
  memberId: bigint,
  expiring: readonly bigint[],
): Promise<HeldFence> {
  const end = Promise.withResolvers<End>();
  const held = Promise.withResolvers<Pick<HeldFence, 'fence' | 'expired'>>();
  const finished = connection.transaction(async (query) => {
    const [row] = await query(`SELECT ${fenceColumns} FROM pg8s.revision FOR UPDATE`);
    const expired =
      expiring.length === 0
        ? []
        : await query(
            `SELECT id FROM pg8s.leases
             WHERE id = ANY ($1::bigint[]) AND NOT revoked AND expires_at <= clock_timestamp()
             ORDER BY id FOR UPDATE`,
            [int8Array(expiring)],
          );
    held.resolve({ fence: decodeFence(row), expired: expired.map(([id]) => BigInt(id ?? 0)) });
    const how = await end.promise;
    if (how === 'release') return true;
    const { statement, values } = commitStatement(how.batch, memberId);
    return (await query(statement, values)).length === 1;
  });
  finished.catch((error: unknown) => held.reject(error));
  return {
    ...(await held.promise),
    commit: async (batch): Promise<CommitOutcome> => {
      end.resolve({ batch });
      try {
        return (await finished) ? 'committed' : 'conflict';
      } catch (error) {
        if (error instanceof ConnectionLostError) return 'unknown';
        if (error instanceof StoreError) throw error;
        throw new StoreError('corrupt', String(error), { cause: error });
      }
    },
    release: async () => {
      end.resolve('release');
      await finished.catch(() => undefined);
    },
  };
}
