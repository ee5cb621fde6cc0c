import type { SnapshotResponse } from '../../etcdserverpb/admin-types.ts';
import { toEtcdError } from '../etcd-errors.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

/** Snapshot: the file in pieces, and its checksum as the last one. */
export function createSnapshotMethod({
  upkeep,
  storageVersion,
}: MaintenanceContext): () => AsyncGenerator<SnapshotResponse, void, undefined> {
  return async function* () {
    try {
      for await (const { blob, remainingBytes } of upkeep.snapshot(storageVersion)) {
        yield { remainingBytes, blob, version: storageVersion };
      }
    } catch (error) {
      throw toEtcdError(error);
    }
  };
}
