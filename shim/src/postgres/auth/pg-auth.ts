import type { AuthPort, SavedToken } from '../../auth/auth-port.ts';
import type { AuthRole, AuthState, AuthUser, Permission } from '../../auth/auth-state.ts';
import { roleRecord, userRecord } from '../../etcdserverpb/messages/auth-messages.ts';
import { decode, encode } from '../../etcdserverpb/codec/codec.ts';
import { StoreError } from '../../mvcc/store-error.ts';
import { byteaArray } from '../connection/binary-array.ts';
import type { Connection, Statement, TextRow } from '../connection/connection.ts';
import { decodeBytes } from '../history/decode-row.ts';
import { ConnectionLostError } from '../connection/pg-error.ts';

/** All of auth, from one snapshot: the settings (kind 0), users (1), roles (2). */
export const readAuth: Statement = {
  name: 'auth',
  text: `
    SELECT 0 AS kind, revision, epoch, enabled, NULL::bytea FROM pg8s.auth
    UNION ALL SELECT 1, 0, 0, false, record FROM pg8s.auth_users
    UNION ALL SELECT 2, 0, 0, false, record FROM pg8s.auth_roles`,
};

/** The state from the rows of `readAuth`. */
export function decodeAuth(rows: readonly TextRow[]): AuthState {
  const users = new Map<string, AuthUser>();
  const roles = new Map<string, AuthRole>();
  let settings: TextRow | undefined;
  for (const row of rows) {
    if (row[0] === '0') settings = row;
    else if (row[0] === '1') addUser(users, decodeBytes(row[4] ?? ''));
    else addRole(roles, decodeBytes(row[4] ?? ''));
  }
  if (settings === undefined) throw new StoreError('corrupt', 'the database has no auth row');
  return {
    enabled: settings[3] === 't',
    revision: Number(settings[1]),
    epoch: Number(settings[2]),
    users,
    roles,
  };
}

/** Auth in PostgreSQL. A change takes the fence as any commit does, and so is ordered with them. */
export class PgAuth implements AuthPort {
  readonly #connection: Connection;
  readonly #changed: () => Promise<void>;

  /** `changed` applies what was changed here, and tells the other shims that the fence has moved. */
  constructor(connection: Connection, changed: () => Promise<void>) {
    this.#connection = connection;
    this.#changed = changed;
  }

  async change(next: (state: AuthState) => AuthState): Promise<void> {
    let hasChanged = false;
    try {
      await this.#connection.transaction(async (query) => {
        // First of all, so that no commit comes between what is read and what is written.
        await query('SELECT 1 FROM pg8s.revision FOR UPDATE');
        const before = decodeAuth(await query(readAuth));
        const after = next(before);
        hasChanged = after !== before;
        if (!hasChanged) return;
        await query('UPDATE pg8s.auth SET enabled = $1, revision = $2, epoch = $3', [
          after.enabled,
          after.revision,
          after.epoch,
        ]);
        await write(query, 'auth_users', changedRecords(before.users, after.users, encodeUser));
        await write(query, 'auth_roles', changedRecords(before.roles, after.roles, encodeRole));
        if (before.epoch !== after.epoch) await query('DELETE FROM pg8s.auth_tokens');
        const banned = namesWithoutTokens(before, after);
        if (banned.length > 0)
          await query('DELETE FROM pg8s.auth_tokens WHERE user_name = ANY ($1::bytea[])', [
            byteaArray(banned),
          ]);
        await query(
          'UPDATE pg8s.revision SET commit_index = commit_index + 1, auth_changed = commit_index + 1',
        );
      });
    } catch (error) {
      // It may have been lost in COMMIT.
      if (error instanceof ConnectionLostError && hasChanged) {
        throw new StoreError('timeout', 'the connection broke during a change of auth', { cause: error });
      }
      throw error;
    }
    if (hasChanged) await this.#changed();
  }

  async saveToken(token: SavedToken, revision: number): Promise<boolean> {
    await this.#connection.query({
      name: 'auth-tokens-purge',
      text: 'DELETE FROM pg8s.auth_tokens WHERE expires_at < clock_timestamp()',
    });
    // FOR SHARE waits for a change that is under way, which then either sees this token or is seen.
    const rows = await this.#connection.query(
      {
        name: 'auth-token-save',
        text: `INSERT INTO pg8s.auth_tokens (hash, user_name, expires_at)
               SELECT $1, $2, clock_timestamp() + $3 * interval '1 millisecond'
               FROM (SELECT 1 FROM pg8s.auth WHERE enabled AND revision = $4 FOR SHARE) AS current
               RETURNING 1`,
      },
      [token.hash, Buffer.from(token.user), token.ttlMs, revision],
    );
    return rows.length === 1;
  }

  async findToken(hash: Uint8Array): Promise<{ user: string; leftMs: number } | undefined> {
    const [row] = await this.#connection.query(
      {
        name: 'auth-token-find',
        text: `SELECT user_name, ceil(extract(epoch FROM expires_at - clock_timestamp()) * 1000)
               FROM pg8s.auth_tokens WHERE hash = $1 AND expires_at > clock_timestamp()`,
      },
      [hash],
    );
    return row && { user: decodeBytes(row[0] ?? '').toString('utf8'), leftMs: Number(row[1]) };
  }

  async extendToken(hash: Uint8Array, ttlMs: number): Promise<void> {
    await this.#connection.query(
      {
        name: 'auth-token-extend',
        text: `UPDATE pg8s.auth_tokens SET expires_at = clock_timestamp() + $2 * interval '1 millisecond'
               WHERE hash = $1`,
      },
      [hash, ttlMs],
    );
  }
}

/** Those whose tokens end: they are gone, or have another password. */
function namesWithoutTokens(before: AuthState, after: AuthState): Buffer[] {
  const names: Buffer[] = [];
  for (const { name, passwordHash } of before.users.values()) {
    if (after.users.get(name)?.passwordHash !== passwordHash) names.push(Buffer.from(name));
  }
  return names;
}

interface Records {
  readonly put: readonly (readonly [name: Buffer, record: Buffer])[];
  readonly removed: readonly Buffer[];
}

function changedRecords<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  encodeRecord: (value: T) => Buffer,
): Records {
  const put: [Buffer, Buffer][] = [];
  for (const [name, value] of after) {
    if (before.get(name) !== value) put.push([Buffer.from(name), encodeRecord(value)]);
  }
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => Buffer.from(name));
  return { put, removed };
}

async function write(
  query: (statement: string, values?: unknown[]) => Promise<TextRow[]>,
  table: 'auth_users' | 'auth_roles',
  { put, removed }: Records,
): Promise<void> {
  if (removed.length > 0)
    await query(`DELETE FROM pg8s.${table} WHERE name = ANY ($1::bytea[])`, [byteaArray(removed)]);
  if (put.length > 0)
    await query(
      `INSERT INTO pg8s.${table} (name, record) SELECT * FROM unnest($1::bytea[], $2::bytea[])
       ON CONFLICT (name) DO UPDATE SET record = excluded.record`,
      [byteaArray(put.map(([name]) => name)), byteaArray(put.map(([, record]) => record))],
    );
}

function encodeUser(user: AuthUser): Buffer {
  return encode(userRecord, {
    name: user.name,
    password: Buffer.from(user.passwordHash),
    roles: [...user.roles],
    options: { noPassword: user.noPassword },
  });
}

function encodeRole({ name, permissions }: AuthRole): Buffer {
  return encode(roleRecord, { name, permissions: [...permissions] });
}

function addUser(users: Map<string, AuthUser>, bytes: Buffer): void {
  const { name, password, roles, options } = decode(userRecord, bytes);
  const passwordHash = Buffer.from(password).toString();
  users.set(name, { name, passwordHash, roles, noPassword: options?.noPassword ?? false });
}

function addRole(roles: Map<string, AuthRole>, bytes: Buffer): void {
  const { name, permissions } = decode(roleRecord, bytes);
  roles.set(name, { name, permissions: permissions as Permission[] });
}
