import type { LeasePort } from '../../lease/lease-port.ts';
import { int8Array } from '../connection/binary-array.ts';
import type { Connection } from '../connection/connection.ts';

/**
 * How long a revoked lease is remembered, so that every live shim reads of it. A shim that was away for
 * longer loads everything again.
 */
const rememberRevoked = "interval '10 minutes'";

/** Deadlines of leases in PostgreSQL, on its clock. */
export class PgLeases implements LeasePort {
  readonly #connection: Connection;
  readonly #memberId: bigint;

  constructor(connection: Connection, memberId: bigint) {
    this.#connection = connection;
    this.#memberId = memberId;
  }

  async renew(ids: readonly bigint[]): Promise<Map<bigint, { ttlSeconds: number }>> {
    const rows = await this.#connection.query(
      {
        name: 'renew',
        // Locked in the order of their ids, as where leases are ended: so the two cannot deadlock.
        text: `WITH renewed AS (
                 SELECT id FROM pg8s.leases
                 WHERE id = ANY ($1::bigint[]) AND NOT revoked AND expires_at > clock_timestamp()
                 ORDER BY id FOR UPDATE
               )
               UPDATE pg8s.leases AS l
               SET expires_at = clock_timestamp() + least(l.ttl_seconds, 1000000000) * interval '1 second'
               FROM renewed WHERE l.id = renewed.id RETURNING l.id, l.ttl_seconds`,
      },
      [int8Array(ids)],
    );
    return new Map(rows.map(([id, ttl]) => [BigInt(id ?? 0), { ttlSeconds: Number(ttl) }]));
  }

  async remaining(id: bigint): Promise<{ remainingSeconds: number; ttlSeconds: number } | undefined> {
    const [row] = await this.#connection.query(
      {
        name: 'remaining',
        text: `SELECT extract(epoch FROM expires_at - clock_timestamp()), ttl_seconds
               FROM pg8s.leases WHERE id = $1 AND NOT revoked`,
      },
      [id.toString()],
    );
    return row && { remainingSeconds: Number(row[0]), ttlSeconds: Number(row[1]) };
  }

  async list(): Promise<bigint[]> {
    const rows = await this.#connection.query(
      'SELECT id FROM pg8s.leases WHERE NOT revoked ORDER BY expires_at, id',
    );
    return rows.map(([id]) => BigInt(id ?? 0));
  }

  async listExpired(limit: number): Promise<bigint[]> {
    const rows = await this.#connection.query(
      {
        name: 'expired',
        text: `SELECT id FROM pg8s.leases WHERE NOT revoked AND expires_at <= clock_timestamp()
               ORDER BY expires_at LIMIT $1`,
      },
      [limit],
    );
    return rows.map(([id]) => BigInt(id ?? 0));
  }

  async purgeRevoked(): Promise<void> {
    await this.#connection.query(`
      WITH gone AS (
        DELETE FROM pg8s.leases WHERE revoked AND expires_at < clock_timestamp() - ${rememberRevoked} RETURNING changed
      )
      UPDATE pg8s.revision SET lease_floor = floor.changed
      FROM (SELECT max(changed) AS changed FROM gone) AS floor WHERE floor.changed > lease_floor`);
  }

  async holdRole(role: string, holdMs: number): Promise<boolean> {
    const rows = await this.#connection.query(
      {
        name: 'hold-role',
        text: `INSERT INTO pg8s.roles AS r (role, holder, held_until)
               VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
               ON CONFLICT (role) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
               WHERE r.holder = excluded.holder OR r.held_until < clock_timestamp()
               RETURNING 1`,
      },
      [role, this.#memberId.toString(), holdMs],
    );
    return rows.length === 1;
  }
}
