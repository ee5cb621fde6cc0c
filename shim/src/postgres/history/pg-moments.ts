import type { Logger } from 'pino';
import type { AlarmMember } from '../../etcdserverpb/admin-types.ts';
import type { Member } from '../../etcdserverpb/types.ts';
import type { Fence } from '../../mvcc/history-port.ts';
import type { HistoryRow } from '../../mvcc/history-row.ts';
import type { Moment, MomentPort, RowSize, StoredAuth } from '../../mvcc/moment-port.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import { Connection, type Statement, type TextRow } from '../connection/connection.ts';
import { decodeBytes, decodeRow, historyColumns } from './decode-row.ts';
import { readAlarms } from '../maintenance/pg-alarms.ts';
import { decodeFence, fenceColumns } from './read-statements.ts';

/** Snapshots and hashes at once, per shim: each has a connection. */
const maxOpen = 3;
/** A reader may pause for so long, e.g. because its own client does not read. */
const idleTimeout = '60s';
const pageRows = 1000;
const pageBytes = 1 << 20;

type Query = (statement: string | Statement, values?: unknown[]) => Promise<TextRow[]>;

export interface PgMomentsOptions {
  connectionString: string;
  log: Logger;
  statementTimeoutMs: number;
  /** Takes one of the process' temporary connections; undefined: all are taken. */
  takeConnection: () => (() => void) | undefined;
}

/**
 * Moments of the database in PostgreSQL: transactions that see one snapshot, each on a connection of its own.
 */
export class PgMoments implements MomentPort {
  readonly #options: PgMomentsOptions;
  readonly #open = new Set<Moment>();
  #opening = 0;

  constructor(options: PgMomentsOptions) {
    this.#options = options;
  }

  async openMoment(): Promise<Moment> {
    if (this.#open.size + this.#opening >= maxOpen) throw new StoreError('tooManyRequests');
    const giveBack = this.#options.takeConnection();
    if (giveBack === undefined) throw new StoreError('tooManyRequests');
    this.#opening++;
    try {
      const moment = await this.#openMoment(giveBack);
      this.#open.add(moment);
      return moment;
    } catch (error) {
      giveBack();
      throw error;
    } finally {
      this.#opening--;
    }
  }

  /** Closes what is open: readers get `stopped` or `unavailable`. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((moment) => moment.close()));
  }

  async #openMoment(giveBack: () => void): Promise<Moment> {
    const { connectionString, log, statementTimeoutMs: timeoutMs } = this.#options;
    const connection = new Connection({ connectionString, log, role: 'moment', timeoutMs });
    const closing = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<Omit<Moment, 'close'>>();
    const finished = connection.transaction(async (query) => {
      await query(`SET LOCAL idle_in_transaction_session_timeout = '${idleTimeout}'`);
      opened.resolve(await readMoment(query, () => isClosed));
      await closing.promise;
    }, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    finished.catch((error: unknown) => opened.reject(error));
    let isClosed = false;
    const close = async (): Promise<void> => {
      isClosed = true;
      closing.resolve();
      await finished.catch(() => undefined);
      await connection.close();
      giveBack();
    };
    try {
      const moment: Moment = Object.assign(await opened.promise, {
        close: async () => {
          this.#open.delete(moment);
          await close();
        },
      });
      return moment;
    } catch (error) {
      await close();
      throw error;
    }
  }
}

async function readMoment(query: Query, isClosed: () => boolean): Promise<Omit<Moment, 'close'>> {
  const [fenceRow] = await query(`SELECT ${fenceColumns}, term FROM pg8s.revision`);
  const fence: Fence = decodeFence(fenceRow);
  const leases = await query('SELECT id, ttl_seconds FROM pg8s.leases WHERE NOT revoked ORDER BY id');
  const alarms: AlarmMember[] = await readAlarms(query);
  const members = await readMembers(query);
  const auth = await readAuth(query);
  const pages = <T>(page: (after: Position) => Promise<Page<T>>): AsyncGenerator<readonly T[]> =>
    readPages((after) => {
      if (isClosed()) throw new StoreError('stopped');
      return page(after);
    });
  return {
    fence,
    term: Number(fenceRow?.[4]),
    leases: leases.map(([id, ttl]) => ({ id: BigInt(id ?? 0), ttlSeconds: Number(ttl) })),
    alarms,
    auth,
    members,
    rowSizes: () => pages((after) => readSizes(query, after)),
    rows: (upTo) => pages((after) => readRows(query, after, upTo)),
  };
}

async function readAuth(query: Query): Promise<StoredAuth> {
  const [settings] = await query('SELECT enabled, revision FROM pg8s.auth');
  const records = (rows: TextRow[]): StoredAuth['users'] =>
    rows.map(([name, record]) => ({ name: decodeBytes(name ?? ''), record: decodeBytes(record ?? '') }));
  return {
    enabled: settings?.[0] === 't',
    revision: Number(settings?.[1]),
    users: records(await query('SELECT name, record FROM pg8s.auth_users')),
    roles: records(await query('SELECT name, record FROM pg8s.auth_roles')),
  };
}

/** The same whichever shim asks. */
async function readMembers(query: Query): Promise<Member[]> {
  const rows = await query(
    `SELECT id, name, array_to_json(client_urls), array_to_json(peer_urls) FROM pg8s.members
     WHERE seen_at > clock_timestamp() - interval '15 seconds' ORDER BY id`,
  );
  return rows.map(([id, name, clientUrls, peerUrls]) => ({
    id: BigInt.asUintN(64, BigInt(id ?? 0)),
    name: name ?? '',
    peerUrls: JSON.parse(peerUrls ?? '[]') as string[],
    clientUrls: JSON.parse(clientUrls ?? '[]') as string[],
    isLearner: false,
  }));
}

interface Position {
  readonly revision: number;
  readonly sub: number;
}

interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; undefined behind the last one. */
  readonly next: Position | undefined;
}

/** The database works on the next page while the caller is busy with this one. */
async function* readPages<T>(page: (after: Position) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  let following: Promise<Page<T>> | undefined = page({ revision: 0, sub: -1 });
  try {
    while (following !== undefined) {
      const { items, next }: Page<T> = await following;
      following = next === undefined ? undefined : page(next);
      if (items.length > 0) yield items;
    }
  } finally {
    // A reader that stops early does not need the page that was asked for ahead.
    following?.catch(() => undefined);
  }
}

const sizePageRows = 10_000;

/**
 * `int64 revision | int64 create | int64 version | int64 lease | bool tombstone | int32 key | int32 value`,
 * packed.
 */
const sizesPage: Statement = {
  name: 'sizes',
  text: `
    SELECT string_agg(
      int8send(revision) || int8send(create_revision) || int8send(version) || int8send(lease) || boolsend(tombstone) ||
      int4send(octet_length(key)) || int4send(coalesce(octet_length(value), 0)), ''),
      count(*), max(revision), (array_agg(sub))[count(*)]
    FROM (SELECT * FROM pg8s.history WHERE (revision, sub) > ($1, $2) ORDER BY revision, sub LIMIT ${sizePageRows}) AS page`,
};
const sizeBytes = 41;

async function readSizes(query: Query, after: Position): Promise<Page<RowSize>> {
  const [row] = await query(sizesPage, [after.revision, after.sub]);
  const [packed, count, revision, sub] = row ?? [];
  if (typeof packed !== 'string') return { items: [], next: undefined };
  const bytes = decodeBytes(packed);
  const items: RowSize[] = [];
  for (let at = 0; at < bytes.length; at += sizeBytes) {
    items.push({
      revision: Number(bytes.readBigInt64BE(at)),
      createRevision: Number(bytes.readBigInt64BE(at + 8)),
      version: Number(bytes.readBigInt64BE(at + 16)),
      lease: bytes.readBigInt64BE(at + 24),
      tombstone: bytes[at + 32] === 1,
      keyBytes: bytes.readUInt32BE(at + 33),
      valueBytes: bytes.readUInt32BE(at + 37),
    });
  }
  const isLast = Number(count) < sizePageRows;
  return { items, next: isLast ? undefined : { revision: Number(revision), sub: Number(sub) } };
}

/**
 * Rows after ($1, $2) up to revision $3: at least one, and else at most so many that they stay below $4
 * bytes.
 */
const rowsPage: Statement = {
  name: 'rows-page',
  text: `
    WITH sized AS (
      SELECT revision, sub, row_number() OVER position AS number,
             sum(octet_length(key) + coalesce(octet_length(value), 0)) OVER position AS bytes
      FROM (SELECT revision, sub, key, value FROM pg8s.history
            WHERE (revision, sub) > ($1, $2) AND revision <= $3 ORDER BY revision, sub LIMIT ${pageRows}) AS first
      WINDOW position AS (ORDER BY revision, sub ROWS UNBOUNDED PRECEDING)
    ), last AS MATERIALIZED (
      SELECT revision, sub FROM sized WHERE number = 1 OR bytes <= $4 ORDER BY number DESC LIMIT 1
    )
    SELECT ${historyColumns} FROM pg8s.history
    WHERE (revision, sub) > ($1, $2)
      AND (revision, sub) <= ((SELECT revision FROM last), (SELECT sub FROM last))
    ORDER BY revision, sub`,
};

async function readRows(query: Query, after: Position, upTo: number): Promise<Page<HistoryRow>> {
  const rows = await query(rowsPage, [after.revision, after.sub, upTo, pageBytes]);
  const items = rows.map((row) => decodeRow(row));
  const last = items.at(-1);
  return { items, next: last && { revision: last.revision, sub: last.sub } };
}
