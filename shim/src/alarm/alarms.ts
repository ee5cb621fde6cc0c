import type { Logger } from 'pino';
import type { AlarmMember, AlarmType } from '../etcdserverpb/admin-types.ts';
import { StoreError } from '../mvcc/store-error.ts';
import type { WriteGate } from '../mvcc/commit/write-gate.ts';
import type { AlarmPort } from './alarm-port.ts';
import { NextTurn } from './next-turn.ts';

export interface AlarmsOptions {
  port: AlarmPort;
  /** The member that alarms of this shim are about. */
  memberId: bigint;
  /** Bytes of the database in use, beyond which NOSPACE is raised. 0: no limit. */
  quotaBytes: number;
  /** Bytes of the database in use now; asks the database. */
  usedBytes: () => Promise<number>;
  /** Alarms have changed here: time for other shims to look. */
  changed: () => void;
  log: Logger;
}

/**
 * The alarms of the database, and what they keep from being written (etcd: `api/v3alarm`,
 * `apply/uber_applier.go`): NOSPACE what adds data, CORRUPT every write. They stay until somebody disarms
 * them.
 *
 * A shim learns of other shims' alarms when it looks: every few seconds, on hints, and before it refuses a
 * write, so that one disarmed anywhere is disarmed everywhere at once.
 */
export class Alarms implements WriteGate {
  readonly #options: AlarmsOptions;
  readonly #looking: NextTurn<void>;
  readonly #measuring: NextTurn<void>;
  #raised: readonly AlarmMember[] = [];
  /** Bytes in use when last measured, and let in since. */
  #usedBytes = 0;
  #addedBytes = 0;

  constructor(options: AlarmsOptions) {
    this.#options = options;
    this.#looking = new NextTurn(async () => {
      this.#raised = await options.port.list('NONE');
    });
    this.#measuring = new NextTurn(async () => {
      this.#usedBytes = await options.usedBytes();
      this.#addedBytes = 0;
    });
  }

  /** Those that this shim knew of when it last looked. */
  get raised(): readonly AlarmMember[] {
    return this.#raised;
  }

  checkAccess(addedBytes: number): Promise<void> | undefined {
    if (this.#raised.length > 0) return this.#admitUnlessRaised(addedBytes);
    return this.#admitWithinQuota(addedBytes);
  }

  /** Those of this type as the database has them now; `NONE`: all. */
  async list(type: AlarmType): Promise<AlarmMember[]> {
    return this.#options.port.list(type);
  }

  /** Returns the alarm; nothing for `NONE`, which is none. */
  async activate(alarm: AlarmMember): Promise<AlarmMember[]> {
    if (alarm.alarm === 'NONE') return [];
    await this.#options.port.raise(alarm);
    this.#options.log.warn({ alarm: alarm.alarm, memberId: alarm.memberId.toString(16) }, 'alarm raised');
    await this.#changed();
    return [alarm];
  }

  /** Returns the alarm, if it was raised. */
  async deactivate(alarm: AlarmMember): Promise<AlarmMember[]> {
    if (!(await this.#options.port.clear(alarm))) return [];
    this.#options.log.warn({ alarm: alarm.alarm, memberId: alarm.memberId.toString(16) }, 'alarm disarmed');
    await this.#changed();
    return [alarm];
  }

  /** Looks at the alarms of the database. */
  look(): Promise<void> {
    return this.#looking.take();
  }

  /** Looks at its size, too, and raises NOSPACE when it is over the quota. */
  async check(): Promise<void> {
    await this.look();
    if (this.#options.quotaBytes === 0) return;
    await this.#measuring.take();
    if (this.#usedBytes > this.#options.quotaBytes) await this.#raiseNoSpace();
  }

  async #admitUnlessRaised(addedBytes: number): Promise<void> {
    await this.look();
    const has = (type: AlarmType): boolean => this.#raised.some(({ alarm }) => alarm === type);
    if (has('CORRUPT')) throw new StoreError('corrupt');
    if (addedBytes > 0 && has('NOSPACE')) throw new StoreError('noSpace');
    await this.#admitWithinQuota(addedBytes);
  }

  #admitWithinQuota(addedBytes: number): Promise<void> | undefined {
    const { quotaBytes } = this.#options;
    if (quotaBytes === 0 || addedBytes === 0) return undefined;
    this.#addedBytes += addedBytes;
    if (this.#usedBytes + this.#addedBytes <= quotaBytes) return undefined;
    return this.#admitIfSmall(addedBytes);
  }

  /** By what was let in since, the quota may be reached: only the database can tell. */
  async #admitIfSmall(addedBytes: number): Promise<void> {
    await this.#measuring.take();
    this.#addedBytes += addedBytes;
    if (this.#usedBytes + addedBytes <= this.#options.quotaBytes) return;
    await this.#raiseNoSpace();
    throw new StoreError('noSpace');
  }

  async #raiseNoSpace(): Promise<void> {
    const { memberId } = this.#options;
    const alarm: AlarmMember = { memberId, alarm: 'NOSPACE' };
    if (this.#raised.some((raised) => raised.memberId === memberId && raised.alarm === 'NOSPACE')) return;
    await this.activate(alarm);
  }

  async #changed(): Promise<void> {
    await this.look();
    this.#options.changed();
  }
}
