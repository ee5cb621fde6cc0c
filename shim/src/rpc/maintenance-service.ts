import { EtcdError, grpcCode } from '../client/etcd-error.ts';
import type {
  AlarmRequest,
  AlarmResponse,
  HeaderResponse,
  MoveLeaderRequest,
} from '../etcdserverpb/admin-types.ts';
import type { StatusResponse } from '../etcdserverpb/types.ts';
import type { Store } from '../mvcc/store.ts';
import { requestError, toEtcdError } from './etcd-errors.ts';
import { createHeader } from './response-header.ts';

/** etcd's Maintenance service (etcd: `api/v3rpc/maintenance.go`), as far as there is something to answer. */
export interface MaintenanceService {
  status(): Promise<StatusResponse>;
  alarm(request: AlarmRequest): Promise<AlarmResponse>;
  moveLeader(request: MoveLeaderRequest): Promise<HeaderResponse>;
}

export interface MaintenanceServiceOptions {
  store: Store;
  /** The etcd version that clients are told. */
  version: string;
  /** etcd's --quota-backend-bytes. */
  quotaBytes: number;
}

/** Makes the service. All shims of a database name the same leader: the one with the lowest id. */
export function createMaintenanceService(options: MaintenanceServiceOptions): MaintenanceService {
  const { store, version, quotaBytes } = options;
  const storageVersion = version.replace(/^(\d+)\.(\d+).*$/, '$1.$2.0');

  async function leader(): Promise<bigint> {
    const members = await store.members();
    return members.reduce((lowest, { id }) => (id < lowest ? id : lowest), store.memberId);
  }

  return {
    async status() {
      try {
        const [status, leaderId] = await Promise.all([store.status(), leader()]);
        return {
          header: createHeader(store, store.currentRevision),
          version,
          dbSizeBytes: status.dbSizeBytes,
          leader: leaderId,
          raftIndex: status.commitIndex,
          raftTerm: store.raftTerm,
          raftAppliedIndex: status.commitIndex,
          errors: [],
          dbSizeInUseBytes: status.dbSizeInUseBytes,
          isLearner: false,
          storageVersion,
          dbSizeQuotaBytes: quotaBytes,
        };
      } catch (error) {
        throw toEtcdError(error);
      }
    },
    // oxlint-disable-next-line require-await
    async alarm(request) {
      // There is nothing yet that could raise one; whoever asks, or puts one out that is not burning, gets none.
      if (request.action === 'ACTIVATE')
        throw new EtcdError(grpcCode.UNIMPLEMENTED, 'alarms cannot be raised by hand');
      return { header: createHeader(store, store.currentRevision), alarms: [] };
    },
    async moveLeader(request) {
      try {
        if ((await leader()) !== store.memberId) throw requestError('notLeader');
        if (request.targetId !== store.memberId) throw requestError('badLeaderTransferee');
        return { header: createHeader(store, 0) };
      } catch (error) {
        throw toEtcdError(error);
      }
    },
  };
}
