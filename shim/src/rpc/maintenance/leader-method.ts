import type { HeaderResponse, MoveLeaderRequest } from '../../etcdserverpb/admin-types.ts';
import type { Store } from '../../mvcc/store.ts';
import { requestError } from '../etcd-errors.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

/** All shims of a database name the same leader, though it leads nothing: the one with the lowest id. */
export async function findLeader(store: Store): Promise<bigint> {
  const members = await store.members();
  return members.reduce((lowest, { id }) => (id < lowest ? id : lowest), store.memberId);
}

/**
 * MoveLeader, as a single member answers: it can lead already, and nobody else can. etcd answers without a
 * header.
 */
export function createLeaderMethod({
  store,
  leader,
}: MaintenanceContext): (request: MoveLeaderRequest) => Promise<HeaderResponse> {
  return async ({ targetId }) => {
    if ((await leader()) !== store.memberId) throw requestError('notLeader');
    if (targetId !== store.memberId) throw requestError('badLeaderTransferee');
    return {};
  };
}
