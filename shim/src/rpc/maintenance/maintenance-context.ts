import type { Store } from '../../mvcc/store.ts';
import type { Upkeep } from '../../snapshot/upkeep.ts';

/** What the Maintenance service is made of. */
export interface MaintenanceServiceOptions {
  store: Store;
  upkeep: Upkeep;
  /** The etcd version that `Status` answers. */
  version: string;
  /** etcd's --quota-backend-bytes. */
  quotaBytes: number;
}

/** What the methods of the Maintenance service have in common. */
export interface MaintenanceContext extends MaintenanceServiceOptions {
  /** `3.6.0` for every 3.6. */
  readonly storageVersion: string;
  leader(): Promise<bigint>;
}
