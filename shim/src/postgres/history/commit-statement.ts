import type { CommitBatch } from '../../mvcc/history-port.ts';
import type { HistoryRow } from '../../mvcc/history-row.ts';
import { boolArray, byteaArray, int4Array, int8Array } from '../connection/binary-array.ts';
import type { Statement } from '../connection/connection.ts';

/**
 * A whole commit in one statement, and so in one transaction and one round trip. If the fence is not where
 * the batch expects it, the first UPDATE finds no row, everything else depends on it, and nothing is written.
 * Two shims that try at once meet at the row's lock: the second sees the row as the first left it.
 */
const head = `
  WITH fence AS (
    UPDATE pg8s.revision SET commit_index = commit_index + 1, revision = $2, compact_revision = $3
    WHERE commit_index = $1 RETURNING commit_index
  ), member AS (
    UPDATE pg8s.members SET last_commit = fence.commit_index FROM fence WHERE id = $4
  ), history AS (
    INSERT INTO pg8s.history (revision, sub, create_revision, version, lease, tombstone, key, value)
    SELECT`;

const rowsHead = `${head} row.* FROM fence, unnest(
      $5::bigint[], $6::integer[], $7::bigint[], $8::bigint[], $9::bigint[], $10::boolean[], $11::bytea[], $12::bytea[]
    ) AS row
  )`;

const commitRows: Statement = { name: 'commit-rows', text: `${rowsHead} SELECT commit_index FROM fence` };

/** For a batch of a single row: without arrays it takes PostgreSQL a tenth less time. */
const commitRow: Statement = {
  name: 'commit-row',
  text: `${head} $5::bigint, $6::integer, $7::bigint, $8::bigint, $9::bigint, $10::boolean, $11::bytea, $12::bytea
    FROM fence
  ) SELECT commit_index FROM fence`,
};

const commitLeases: Statement = {
  name: 'commit-leases',
  text: `${rowsHead}, granted AS (
    INSERT INTO pg8s.leases (id, ttl_seconds, expires_at, changed)
    SELECT lease.id, lease.ttl_seconds, clock_timestamp() + least(lease.ttl_seconds, 1000000000) * interval '1 second',
           fence.commit_index
    FROM fence, unnest($13::bigint[], $14::bigint[]) AS lease (id, ttl_seconds)
    ON CONFLICT (id) DO UPDATE SET ttl_seconds = excluded.ttl_seconds, expires_at = excluded.expires_at,
      changed = excluded.changed, revoked = false
  ), revoked AS (
    UPDATE pg8s.leases SET revoked = true, expires_at = clock_timestamp(), changed = fence.commit_index
    FROM fence WHERE id = ANY ($15::bigint[])
  ) SELECT commit_index FROM fence`,
};

/** The statement that writes this batch as that member, and its parameters. It returns a row if it did. */
export function commitStatement(
  batch: CommitBatch,
  memberId: bigint,
): { statement: Statement; values: unknown[] } {
  const { rows, grants, revokes } = batch;
  const fence = [batch.expected, batch.revision, batch.compactRevision, memberId.toString()];
  const [row] = rows;
  if (row !== undefined && rows.length === 1 && grants.length === 0 && revokes.length === 0) {
    return { statement: commitRow, values: [...fence, ...columns(row)] };
  }
  const values: unknown[] = [
    ...fence,
    int8Array(rows.map((row) => row.revision)),
    int4Array(rows.map((row) => row.sub)),
    int8Array(rows.map((row) => row.createRevision)),
    int8Array(rows.map((row) => row.version)),
    int8Array(rows.map((row) => row.lease)),
    boolArray(rows.map((row) => row.tombstone)),
    byteaArray(rows.map((row) => row.key)),
    byteaArray(rows.map((row) => (row.tombstone ? undefined : row.value))),
  ];
  if (grants.length === 0 && revokes.length === 0) return { statement: commitRows, values };
  values.push(
    int8Array(grants.map((grant) => grant.id)),
    int8Array(grants.map((grant) => grant.ttlSeconds)),
    int8Array(revokes),
  );
  return { statement: commitLeases, values };
}

function columns(row: HistoryRow): unknown[] {
  const { revision, sub, createRevision, version, lease, tombstone, key, value } = row;
  const bytes = tombstone ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return [
    revision,
    sub,
    createRevision,
    version,
    lease.toString(),
    tombstone,
    Buffer.from(key, 'latin1'),
    bytes,
  ];
}
