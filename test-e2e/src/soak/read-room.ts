import type { Connection } from '@pg8s/shim/postgres/connection/connection';

const mib = 2 ** 20;

/** What a database holds, and the room that it takes for that, at one moment. */
export interface Room {
  /** Rows of the history: living keys and what was not compacted yet. */
  readonly rows: number;
  /** Keys, values and the columns beside them, of these rows. */
  readonly contentMiB: number;
  /** All tables and indexes, with their maps. */
  readonly diskMiB: number;
  /** The history's own file, its pieces of large values, and its index. */
  readonly heapMiB: number;
  readonly toastMiB: number;
  readonly indexMiB: number;
  /** All other tables with their indexes. */
  readonly othersMiB: number;
  /** Rows and pieces of large values that are deleted but not vacuumed away, as the statistics know. */
  readonly deadRows: number;
  /** The same of all other tables. */
  readonly deadOthers: number;
  /** How often autovacuum was there. */
  readonly vacuums: number;
  /** Transactions since the oldest that a row of the history is from. */
  readonly frozenAge: number;
  /** Transactions since the oldest that somebody may still look back to: what keeps vacuum from its work. */
  readonly horizonAge: number;
  /** Files of the write-ahead log. */
  readonly walMiB: number;
  /** Written to it since the server was made. */
  readonly walWrittenMiB: number;
  /** Transactions of the server. */
  readonly transactions: number;
}

/** `int8` × 4, `int4` and `bool`: a row's columns beside key and value. */
const columnBytes = 37;

const statement = `
  SELECT content.rows, content.bytes,
    (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'pg8s'::regnamespace AND relkind = 'r'),
    pg_table_size(history.oid) - coalesce(pg_total_relation_size(nullif(history.reltoastrelid, 0)), 0),
    coalesce(pg_total_relation_size(nullif(history.reltoastrelid, 0)), 0), pg_indexes_size(history.oid),
    dead.history, dead.others, dead.vacuums, age(history.relfrozenxid),
    (SELECT coalesce(max(age(backend_xmin)), 0) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'),
    (SELECT sum(size) FROM pg_ls_waldir()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'),
    pg_snapshot_xmax(pg_current_snapshot())::text
  FROM pg_class AS history,
    (SELECT count(*) AS rows, sum(octet_length(key) + coalesce(octet_length(value), 0) + ${columnBytes}) AS bytes FROM pg8s.history) AS content,
    (SELECT sum(n_dead_tup) FILTER (WHERE is_history) AS history, sum(n_dead_tup) FILTER (WHERE NOT is_history) AS others,
            sum(autovacuum_count) AS vacuums
     FROM (SELECT *, relid IN (SELECT unnest(ARRAY[oid, reltoastrelid]) FROM pg_class WHERE oid = 'pg8s.history'::regclass) AS is_history
           FROM pg_stat_all_tables
           WHERE schemaname = 'pg8s' OR relid IN (SELECT reltoastrelid FROM pg_class WHERE relnamespace = 'pg8s'::regnamespace)) AS stats
    ) AS dead
  WHERE history.oid = 'pg8s.history'::regclass`;

/** Asks the server, as its owner; counts all rows. */
export async function readRoom(connection: Connection): Promise<Room> {
  const row = (await connection.query(statement))[0]?.map(Number) ?? [];
  const [rows, content, disk, heap, toast, index, deadRows, deadOthers, vacuums, ...rest] = row as number[];
  const [frozenAge, horizonAge, wal, walWritten, transactions] = rest;
  const toMiB = (bytes = 0): number => Math.round((bytes / mib) * 10) / 10;
  return {
    rows: rows ?? 0,
    contentMiB: toMiB(content),
    diskMiB: toMiB(disk),
    heapMiB: toMiB(heap),
    toastMiB: toMiB(toast),
    indexMiB: toMiB(index),
    othersMiB: toMiB((disk ?? 0) - (heap ?? 0) - (toast ?? 0) - (index ?? 0)),
    deadRows: deadRows ?? 0,
    deadOthers: deadOthers ?? 0,
    vacuums: vacuums ?? 0,
    frozenAge: frozenAge ?? 0,
    horizonAge: horizonAge ?? 0,
    walMiB: toMiB(wal),
    walWrittenMiB: toMiB(walWritten),
    transactions: transactions ?? 0,
  };
}
