import type { HashKvRequest, HashKvResponse, HashResponse } from '../../etcdserverpb/admin-types.ts';
import { createHeader } from '../response-header.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

/** Hash and HashKV: whether two stores hold the same. */
export function createHashMethods({ store, upkeep, storageVersion }: MaintenanceContext): {
  hash(): Promise<HashResponse>;
  hashKv(request: HashKvRequest): Promise<HashKvResponse>;
} {
  return {
    async hash() {
      const { hash, revision } = await upkeep.hash(storageVersion);
      return { header: createHeader(store, revision), hash };
    },
    async hashKv({ revision: asked = 0 }) {
      const { hash, compactRevision, hashRevision, revision } = await upkeep.hashKv(asked);
      return { header: createHeader(store, revision), hash, compactRevision, hashRevision };
    },
  };
}
