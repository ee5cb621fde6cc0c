import type { AlarmMember, AlarmType } from '../../etcdserverpb/admin-types.ts';
import type { AlarmPort } from '../alarm-port.ts';

/** Alarms in memory. */
export class MemoryAlarms implements AlarmPort {
  #raised: AlarmMember[] = [];

  list(type: AlarmType): Promise<AlarmMember[]> {
    return Promise.resolve(this.#raised.filter(({ alarm }) => type === 'NONE' || alarm === type));
  }

  async raise(alarm: AlarmMember): Promise<void> {
    await this.clear(alarm);
    this.#raised.push(alarm);
  }

  clear({ memberId, alarm }: AlarmMember): Promise<boolean> {
    const kept = this.#raised.filter((each) => each.memberId !== memberId || each.alarm !== alarm);
    const wasRaised = kept.length < this.#raised.length;
    this.#raised = kept;
    return Promise.resolve(wasRaised);
  }
}
