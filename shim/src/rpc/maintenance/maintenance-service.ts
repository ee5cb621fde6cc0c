import type {
  AlarmMember,
  AlarmRequest,
  AlarmResponse,
  DowngradeRequest,
  DowngradeResponse,
  HashKvRequest,
  HashKvResponse,
  HashResponse,
  HeaderResponse,
  MoveLeaderRequest,
  SnapshotResponse,
} from '../../etcdserverpb/admin-types.ts';
import type { StatusResponse } from '../../etcdserverpb/types.ts';
import { toEtcdError } from '../etcd-errors.ts';
import { createAlarmMethod } from './alarm-method.ts';
import { createDowngradeMethod } from './downgrade-method.ts';
import { createHashMethods } from './hash-methods.ts';
import { createLeaderMethod, findLeader } from './leader-method.ts';
import { createSnapshotMethod } from './snapshot-method.ts';
import type { MaintenanceContext, MaintenanceServiceOptions } from './maintenance-context.ts';
import { createStatusMethod } from './status-method.ts';

/** etcd's Maintenance service (etcd: `api/v3rpc/maintenance.go`). Every method rejects with an EtcdError. */
export interface MaintenanceService {
  status(): Promise<StatusResponse>;
  alarm(request: AlarmRequest): Promise<AlarmResponse>;
  /** The alarms that this shim knows of, without asking the database. */
  raisedAlarms(): readonly AlarmMember[];
  hash(): Promise<HashResponse>;
  hashKv(request: HashKvRequest): Promise<HashKvResponse>;
  defragment(): Promise<HeaderResponse>;
  moveLeader(request: MoveLeaderRequest): Promise<HeaderResponse>;
  downgrade(request: DowngradeRequest): Promise<DowngradeResponse>;
  /** Who stops reading must call `return()`. */
  snapshot(): AsyncGenerator<SnapshotResponse, void, undefined>;
}

/** Makes the service. */
export function createMaintenanceService(options: MaintenanceServiceOptions): MaintenanceService {
  const { store, upkeep, version } = options;
  const context: MaintenanceContext = {
    ...options,
    storageVersion: version.replace(/^(\d+)\.(\d+).*$/, '$1.$2.0'),
    leader: () => findLeader(store),
  };
  const { hash, hashKv } = createHashMethods(context);
  return {
    status: translated(createStatusMethod(context)),
    alarm: translated(createAlarmMethod(context)),
    raisedAlarms: () => upkeep.alarms.raised,
    hash: translated(hash),
    hashKv: translated(hashKv),
    // etcd answers without a header.
    defragment: translated(async () => {
      await upkeep.defragment();
      return {};
    }),
    moveLeader: translated(createLeaderMethod(context)),
    downgrade: translated(createDowngradeMethod(context)),
    snapshot: createSnapshotMethod(context),
  };
}

function translated<Args extends unknown[], R>(
  method: (...args: Args) => Promise<R>,
): (...args: Args) => Promise<R> {
  return async (...args) => {
    try {
      return await method(...args);
    } catch (error) {
      throw toEtcdError(error);
    }
  };
}
