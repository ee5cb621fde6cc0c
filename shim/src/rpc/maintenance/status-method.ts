import type { DowngradeInfo } from '../../etcdserverpb/admin-types.ts';
import type { StatusResponse } from '../../etcdserverpb/types.ts';
import { createHeader } from '../response-header.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

/** Status: who this shim is, and how the database is. */
export function createStatusMethod(
  context: MaintenanceContext,
): () => Promise<StatusResponse & { downgradeInfo: DowngradeInfo }> {
  const { store, upkeep, version, quotaBytes, storageVersion } = context;
  return async () => {
    const [status, leader, alarms, target] = await Promise.all([
      store.status(),
      context.leader(),
      upkeep.alarms.list('NONE'),
      upkeep.downgrade.target(),
    ]);
    return {
      header: createHeader(store, store.currentRevision),
      version,
      dbSizeBytes: status.dbSizeBytes,
      leader,
      raftIndex: status.commitIndex,
      raftTerm: store.raftTerm,
      raftAppliedIndex: status.commitIndex,
      // As Go prints the message.
      errors: alarms.map(({ memberId, alarm }) => `memberID:${memberId} alarm:${alarm} `),
      dbSizeInUseBytes: status.dbSizeInUseBytes,
      isLearner: false,
      storageVersion,
      dbSizeQuotaBytes: quotaBytes,
      downgradeInfo: { enabled: target !== undefined, targetVersion: target ?? '' },
    };
  };
}
