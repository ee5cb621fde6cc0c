import type { DowngradePort } from '../../alarm/downgrade-port.ts';
import type { Connection } from '../connection/connection.ts';

/** A downgrade under way, in PostgreSQL: one row, or none. */
export class PgDowngrade implements DowngradePort {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async target(): Promise<string | undefined> {
    const [row] = await this.#connection.query('SELECT target FROM pg8s.downgrade');
    return row?.[0] ?? undefined;
  }

  async begin(target: string): Promise<boolean> {
    const rows = await this.#connection.query(
      'INSERT INTO pg8s.downgrade (target) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1',
      [target],
    );
    return rows.length > 0;
  }

  async cancel(): Promise<boolean> {
    return (await this.#connection.query('DELETE FROM pg8s.downgrade RETURNING 1')).length > 0;
  }
}
