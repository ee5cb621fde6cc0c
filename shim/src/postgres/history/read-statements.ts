import type { Fence } from '../../mvcc/history-port.ts';
import { afterAllKeys, type KeyRange } from '../../mvcc/index/key-range.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import type { Statement, TextRow } from '../connection/connection.ts';
import { historyColumns, packedRows } from './decode-row.ts';

/** The columns of the fence row, in the order in which `decodeFence` wants them. */
export const fenceColumns = 'commit_index, revision, compact_revision, swept_revision';

/** The fence from its columns. */
export function decodeFence(row: TextRow | undefined): Fence {
  if (row === undefined) throw new StoreError('corrupt', 'the database has no revision row');
  return {
    commitIndex: Number(row[0]),
    revision: Number(row[1]),
    compactRevision: Number(row[2]),
    sweptRevision: Number(row[3]),
  };
}

/**
 * Everything after commit $1 and revision $2, at most $3 history rows, from one snapshot: the fence (kind 0,
 * with the lease floor in its fifth column, whether auth has changed, and the newest commit of member $4 as
 * eight bytes), leases (1), and history rows (2), in this order.
 */
export const readMissed: Statement = {
  name: 'missed',
  text: `
    SELECT 0 AS kind, commit_index, revision, compact_revision, swept_revision, lease_floor,
           auth_changed > $1, (SELECT int8send(last_commit) FROM pg8s.members WHERE id = $4), NULL::bytea
    FROM pg8s.revision
    UNION ALL
    SELECT 1, id, ttl_seconds, 0, 0, 0, revoked, NULL, NULL FROM pg8s.leases WHERE changed > $1
    UNION ALL
    (SELECT 2, ${historyColumns} FROM pg8s.history WHERE revision > $2 ORDER BY revision, sub LIMIT $3)`,
};

/**
 * The whole revisions after $1 of about 10,000 rows, packed; before them the last of these revisions, NULL if
 * the history ends with this page. So the next page can be asked for before this one is looked at.
 */
export const loadPage: Statement = {
  name: 'load',
  text: `
    WITH page AS MATERIALIZED (
      SELECT revision AS through FROM pg8s.history WHERE revision > $1 ORDER BY revision, sub OFFSET 9999 LIMIT 1
    )
    SELECT (SELECT through FROM page), ${packedRows}
    FROM (SELECT * FROM pg8s.history
          WHERE revision > $1 AND revision <= coalesce((SELECT through FROM page), 9223372036854775807)
          ORDER BY revision, sub) AS rows`,
};

/** The puts named by revisions $1 and keys $2. */
export const readRows: Statement = { name: 'rows', text: selectRows('h.value') };

/** The same without their values. */
export const readRowsWithoutValues: Statement = { name: 'rows-without-values', text: selectRows('NULL') };

function selectRows(value: string): string {
  return `
    SELECT h.revision, h.sub, h.create_revision, h.version, h.lease, h.tombstone, h.key, ${value}
    FROM unnest($1::bigint[], $2::bytea[]) AS ref (revision, key)
    JOIN pg8s.history AS h ON h.revision = ref.revision AND h.key = ref.key AND NOT h.tombstone`;
}

/**
 * A page of history for one watcher: revisions $1 to $2, keys from $3 (up to $6), whole revisions of together
 * about $4 rows and $5 bytes. First a row with the compacted revision and where the page ends, NULL if with
 * everything; then the rows, behind a column of their own.
 */
export function readHistory(range: KeyRange): [Statement, high: Buffer | undefined] {
  if (range.single) return [historyPage('key', 'key = $3'), undefined];
  if (range.high === afterAllKeys) return [historyPage('from', 'key >= $3'), undefined];
  return [historyPage('range', 'key >= $3 AND key < $6'), Buffer.from(range.high, 'latin1')];
}

function historyPage(name: string, condition: string): Statement {
  const inRange = `revision >= $1 AND revision <= $2 AND ${condition}`;
  return {
    name: `history-${name}`,
    text: `
      WITH sized AS (
        SELECT revision, sum(octet_length(key) + coalesce(octet_length(value), 0)) OVER (ORDER BY revision) AS bytes
        FROM (SELECT revision, sub, key, value FROM pg8s.history WHERE ${inRange}
              ORDER BY revision, sub LIMIT $4::bigint + 1) AS first
      ), page AS MATERIALIZED (
        SELECT CASE WHEN count(*) <= $4::bigint AND max(bytes) <= $5::bigint THEN NULL
          ELSE coalesce(
            max(revision) FILTER (WHERE bytes <= $5::bigint AND revision < (SELECT max(revision) FROM sized)),
            min(revision)) END AS through
        FROM sized
      )
      SELECT 0 AS kind, compact_revision AS revision, page.through AS sub, NULL::bigint AS create_revision,
             NULL::bigint AS version, NULL::bigint AS lease, NULL::boolean AS tombstone,
             NULL::bytea AS key, NULL::bytea AS value
      FROM pg8s.revision, page
      UNION ALL
      (SELECT 2, revision, sub, create_revision, version, lease, tombstone, key, value
       FROM pg8s.history WHERE ${inRange} AND revision <= coalesce((SELECT through FROM page), $2)
       ORDER BY revision, sub)`,
  };
}
