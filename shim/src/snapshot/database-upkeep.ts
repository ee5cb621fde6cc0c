import type { Alarms } from '../alarm/alarms.ts';
import type { DowngradePort } from '../alarm/downgrade-port.ts';
import type { MomentPort } from '../mvcc/moment-port.ts';
import type { MvccStore } from '../mvcc/mvcc-store.ts';
import { hashEverything } from './hash-everything.ts';
import { hashKv } from './hash-kv.ts';
import { streamSnapshot } from './snapshot-stream.ts';
import type { Upkeep } from './upkeep.ts';

export interface UpkeepOptions {
  store: MvccStore;
  moments: MomentPort;
  alarms: Alarms;
  downgrade: DowngradePort;
  defragment: () => Promise<void>;
}

/** The upkeep of a store that is kept in a database. */
export function createUpkeep({ store, moments, alarms, downgrade, defragment }: UpkeepOptions): Upkeep {
  return {
    alarms,
    downgrade,
    snapshot: (storageVersion) => streamSnapshot(moments, storageVersion),
    hash: (storageVersion) => hashEverything(moments, storageVersion),
    hashKv: (revision) => hashKv(store, moments, revision),
    defragment,
  };
}
