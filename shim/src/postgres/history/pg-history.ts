import type {
  CommitBatch,
  CommitOutcome,
  Fence,
  HeldFence,
  HistoryPage,
  HistoryPort,
  HistoryQuery,
  LoadSink,
  MissedChanges,
} from '../../mvcc/history-port.ts';
import type { HistoryRow, RowRef } from '../../mvcc/history-row.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import { byteaArray, int8Array } from '../connection/binary-array.ts';
import { commitStatement } from './commit-statement.ts';
import type { Connection, TextRow } from '../connection/connection.ts';
import { decodeBytes, decodePackedRows, decodeRow } from './decode-row.ts';
import { holdFence } from './hold-fence.ts';
import { decodeAuth, readAuth } from '../auth/pg-auth.ts';
import { ConnectionLostError } from '../connection/pg-error.ts';
import type { PgVacuum } from '../maintenance/pg-vacuum.ts';
import {
  fenceColumns,
  decodeFence,
  loadPage,
  readHistory,
  readMissed,
  readRows,
  readRowsWithoutValues,
} from './read-statements.ts';

const rowsPerRead = 500;

/** One connection for each kind of work, so that none waits for another kind. */
export interface Connections {
  /** Commits, one after the other. */
  readonly commit: Connection;
  /** The fence row, for linearizable reads. */
  readonly fence: Connection;
  /** Values and history. */
  readonly read: Connection;
  /** Deletes, leases, membership: what may take its time. */
  readonly work: Connection;
}

/** The history in PostgreSQL. */
export class PgHistory implements HistoryPort {
  readonly #connections: Connections;
  readonly #memberId: bigint;
  readonly #hint: () => void;
  readonly #vacuum: PgVacuum;
  readonly #listeners: (() => void)[] = [];

  constructor(options: { connections: Connections; memberId: bigint; hint: () => void; vacuum: PgVacuum }) {
    this.#connections = options.connections;
    this.#memberId = options.memberId;
    this.#hint = options.hint;
    this.#vacuum = options.vacuum;
  }

  async readFence(): Promise<Fence> {
    const [row] = await this.#connections.fence.query({
      name: 'fence',
      text: `SELECT ${fenceColumns} FROM pg8s.revision`,
    });
    return decodeFence(row);
  }

  async commit(batch: CommitBatch): Promise<CommitOutcome> {
    const { statement, values } = commitStatement(batch, this.#memberId);
    try {
      const rows = await this.#connections.commit.query(statement, values);
      return rows.length === 1 ? 'committed' : 'conflict';
    } catch (error) {
      if (error instanceof ConnectionLostError) return 'unknown';
      throw error;
    }
  }

  async resolve(expected: number): Promise<'committed' | 'lost'> {
    const { commit } = this.#connections;
    // The row's lock makes this wait for a commit that is still under way in the abandoned session; and
    // moving the fence makes one that has not even begun there fail.
    await commit.query(
      `UPDATE pg8s.revision SET commit_index = CASE commit_index WHEN $1 THEN commit_index + 1 ELSE commit_index END`,
      [expected],
    );
    // A statement of its own: the one above has waited, and its snapshot may be too old to see the commit.
    const [row] = await commit.query('SELECT last_commit FROM pg8s.members WHERE id = $1', [
      this.#memberId.toString(),
    ]);
    if (row === undefined)
      throw new StoreError('corrupt', 'this shim is not a member of its database any more');
    return Number(row[0]) === expected + 1 ? 'committed' : 'lost';
  }

  hold(expiring: readonly bigint[]): Promise<HeldFence> {
    return holdFence(this.#connections.commit, this.#memberId, expiring);
  }

  async readMissed(
    since: { commitIndex: number; revision: number },
    maxRows: number,
  ): Promise<MissedChanges> {
    for (let limit = maxRows; ; limit *= 4) {
      const { commitIndex, revision } = since;
      const rows = await this.#connections.read.query(readMissed, [
        commitIndex,
        revision,
        limit,
        `${this.#memberId}`,
      ]);
      const missed = toMissed(rows, since, limit);
      const auth = hasNewAuth(rows) ? decodeAuth(await this.#connections.read.query(readAuth)) : undefined;
      // A revision of more than `limit` rows: once more, with room for it.
      if (missed !== undefined) return auth === undefined ? missed : { ...missed, auth };
    }
  }

  async load(sink: LoadSink): Promise<void> {
    await this.#connections.read.transaction(async (query) => {
      const [fence] = await query(`SELECT ${fenceColumns} FROM pg8s.revision`);
      sink.begin(decodeFence(fence));
      sink.auth(decodeAuth(await query(readAuth)));
      for (const [id, ttl] of await query('SELECT id, ttl_seconds FROM pg8s.leases WHERE NOT revoked')) {
        sink.lease({ id: BigInt(id ?? 0), ttlSeconds: Number(ttl), revoked: false });
      }
      const page = (after: number): Promise<TextRow[]> => query(loadPage, [after]);
      for (let next: Promise<TextRow[]> | undefined = page(0); next !== undefined;) {
        const [[through, packed] = []]: TextRow[] = await next;
        // The database works on the next page while we take this one apart.
        next = typeof through === 'string' ? page(Number(through)) : undefined;
        if (typeof packed !== 'string') continue;
        for (const row of decodePackedRows(decodeBytes(packed))) sink.row(row);
        await new Promise(setImmediate);
      }
    }, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  }

  async readRows(refs: readonly RowRef[], values: boolean): Promise<HistoryRow[]> {
    const found: HistoryRow[] = [];
    for (let at = 0; at < refs.length; at += rowsPerRead) {
      const some = refs.slice(at, at + rowsPerRead);
      const rows = await this.#connections.read.query(values ? readRows : readRowsWithoutValues, [
        int8Array(some.map((ref) => ref.revision)),
        byteaArray(some.map((ref) => ref.key)),
      ]);
      for (const row of rows) found.push(decodeRow(row));
    }
    return found;
  }

  async readHistory(query: HistoryQuery): Promise<HistoryPage> {
    const { range, from, to } = query;
    const low = Buffer.from(range.low, 'latin1');
    const [statement, high] = readHistory(range);
    const values = [from, to, low, query.maxRows, query.maxBytes];
    const rows = await this.#connections.read.query(
      statement,
      high === undefined ? values : [...values, high],
    );
    const [head, ...events] = rows;
    return {
      compactRevision: Number(head?.[1]),
      // Below the last revision there may be more rows than fit: then the page ends with that revision.
      through: head?.[2] === null || head?.[2] === undefined ? to : Number(head[2]),
      rows: events.map((row) => decodeRow(row, 1)),
    };
  }

  async deleteRows(refs: readonly RowRef[]): Promise<void> {
    await this.#connections.work.query(
      {
        name: 'delete-rows',
        text: `DELETE FROM pg8s.history AS h USING unnest($1::bigint[], $2::bytea[]) AS ref (revision, key)
               WHERE h.revision = ref.revision AND h.key = ref.key`,
      },
      [int8Array(refs.map((ref) => ref.revision)), byteaArray(refs.map((ref) => ref.key))],
    );
    this.#vacuum.deleted(refs.length);
  }

  async markSwept(from: number, to: number): Promise<void> {
    await this.#connections.work.query(
      'UPDATE pg8s.revision SET swept_revision = $2 WHERE swept_revision >= $1 AND swept_revision < $2',
      [from, to],
    );
    this.#vacuum.compacted();
  }

  async listRows(
    after: { revision: number; sub: number },
    upTo: number,
    limit: number,
  ): Promise<(RowRef & { sub: number })[]> {
    const rows = await this.#connections.work.query(
      {
        name: 'list-rows',
        text: `SELECT revision, sub, key FROM pg8s.history WHERE (revision, sub) > ($1, $2) AND revision <= $3
               ORDER BY revision, sub LIMIT $4`,
      },
      [after.revision, after.sub, upTo, limit],
    );
    return rows.map(([revision, sub, key]) => ({
      revision: Number(revision),
      sub: Number(sub),
      key: decodeBytes(key ?? '').toString('latin1'),
    }));
  }

  hint(): void {
    this.#hint();
  }

  onHint(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A notification came, or it is time to look without one. */
  hinted(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the first row of `readMissed` says so. */
function hasNewAuth([fence]: readonly TextRow[]): boolean {
  return fence?.[6] === 't';
}

/** undefined: not even one revision fits into `limit` rows. */
function toMissed(
  rows: readonly TextRow[],
  since: { commitIndex: number; revision: number },
  limit: number,
): MissedChanges | undefined {
  const fence = decodeFence(rows[0]?.slice(1));
  const tooOld = fence.compactRevision > since.revision || Number(rows[0]?.[5]) > since.commitIndex;
  const last = rows[0]?.[7];
  const ownCommit = typeof last === 'string' ? Number(decodeBytes(last).readBigInt64BE()) : 0;
  if (tooOld) return { fence, ownCommit, leases: [], rows: [], more: false, tooOld };
  const leases = rows
    .filter(([kind]) => kind === '1')
    .map(([, id, ttl, , , , revoked]) => ({
      id: BigInt(id ?? 0),
      ttlSeconds: Number(ttl),
      revoked: revoked === 't',
    }));
  let changes = rows.slice(1 + leases.length).map((row) => decodeRow(row, 1));
  const more = changes.length === limit;
  if (more) {
    // The last revision may be cut off.
    const cut = changes.at(-1)?.revision;
    changes = changes.filter((row) => row.revision !== cut);
    if (changes.length === 0) return undefined;
  }
  return { fence, ownCommit, leases, rows: changes, more, tooOld };
}
