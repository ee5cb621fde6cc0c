import type { AlarmMember, AlarmType } from '../etcdserverpb/admin-types.ts';

/** The alarms that are raised, kept in the database for all its shims. Methods reject with a `StoreError`. */
export interface AlarmPort {
  /** Those of the type; `NONE`: all. */
  list(type: AlarmType): Promise<AlarmMember[]>;
  /** Raising it twice changes nothing. */
  raise(alarm: AlarmMember): Promise<void>;
  /** Whether it was raised before. */
  clear(alarm: AlarmMember): Promise<boolean>;
}
