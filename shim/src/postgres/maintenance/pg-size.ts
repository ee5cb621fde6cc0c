import type { Statement, TextRow } from '../connection/connection.ts';

export interface DatabaseSize {
  /** What the tables and indexes of the schema take on disk. */
  readonly totalBytes: number;
  /** The same without space that new rows can use, as far as the database's statistics tell. */
  readonly inUseBytes: number;
}

/** A row's header and its entry in the page. */
const rowOverheadBytes = 28;
/** A piece of a large value, with its overhead. */
const toastPieceBytes = 2032;

/**
 * The table's file, less the estimated size of its rows. Rows count until they are vacuumed away: only then
 * is their space free. Where there are no statistics, everything is in use.
 */
const size: Statement = {
  name: 'size',
  text: `
    SELECT (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
            WHERE relnamespace = 'pg8s'::regnamespace AND relkind = 'r'),
           coalesce(pg_relation_size(history.oid) - greatest(history.reltuples, rows.n_live_tup) * width.bytes, 0),
           coalesce(pg_relation_size(toast.oid) - greatest(toast.reltuples, pieces.n_live_tup) * ${toastPieceBytes}, 0)
    FROM pg_class AS history
    LEFT JOIN pg_class AS toast ON toast.oid = history.reltoastrelid AND toast.reltuples >= 0
    LEFT JOIN pg_stat_all_tables AS rows ON rows.relid = history.oid
    LEFT JOIN pg_stat_all_tables AS pieces ON pieces.relid = toast.oid
    CROSS JOIN (SELECT sum(avg_width) + ${rowOverheadBytes} AS bytes FROM pg_stats
                WHERE schemaname = 'pg8s' AND tablename = 'history') AS width
    WHERE history.oid = 'pg8s.history'::regclass`,
};

/** How large the database is. */
export async function readSize(query: (statement: Statement) => Promise<TextRow[]>): Promise<DatabaseSize> {
  const [row] = await query(size);
  const totalBytes = Number(row?.[0]);
  const freeBytes = Math.max(Number(row?.[1]), 0) + Math.max(Number(row?.[2]), 0);
  return { totalBytes, inUseBytes: Math.max(Math.round(totalBytes - freeBytes), 1) };
}
