import type { AlarmPort } from '../../alarm/alarm-port.ts';
import type { AlarmMember, AlarmType } from '../../etcdserverpb/admin-types.ts';
import type { Connection, Statement, TextRow } from '../connection/connection.ts';

/** By their numbers. */
const alarmTypes: readonly AlarmType[] = ['NONE', 'NOSPACE', 'CORRUPT'];

/** Alarms in PostgreSQL. */
export class PgAlarms implements AlarmPort {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async list(type: AlarmType): Promise<AlarmMember[]> {
    const alarms = await readAlarms((statement) => this.#connection.query(statement));
    return type === 'NONE' ? alarms : alarms.filter(({ alarm }) => alarm === type);
  }

  async raise({ memberId, alarm }: AlarmMember): Promise<void> {
    await this.#connection.query(
      'INSERT INTO pg8s.alarms (member_id, alarm) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [BigInt.asIntN(64, memberId).toString(), numberOf(alarm)],
    );
  }

  async clear({ memberId, alarm }: AlarmMember): Promise<boolean> {
    const rows = await this.#connection.query(
      'DELETE FROM pg8s.alarms WHERE member_id = $1 AND alarm = $2 RETURNING 1',
      [BigInt.asIntN(64, memberId).toString(), numberOf(alarm)],
    );
    return rows.length > 0;
  }
}

/** The alarms that are raised, by whatever way statements are run. */
export async function readAlarms(
  query: (statement: Statement) => Promise<TextRow[]>,
): Promise<AlarmMember[]> {
  const rows = await query({
    name: 'alarms',
    text: 'SELECT member_id, alarm FROM pg8s.alarms ORDER BY alarm, member_id',
  });
  return rows.map(([id, alarm]) => ({
    memberId: BigInt.asUintN(64, BigInt(id ?? 0)),
    alarm: alarmTypes[Number(alarm)] ?? (String(alarm) as AlarmType),
  }));
}

/** A type without a name is kept as its number, as the codec reads it. */
function numberOf(alarm: AlarmType): number {
  const number = alarmTypes.indexOf(alarm);
  return number >= 0 ? number : Number(alarm);
}
