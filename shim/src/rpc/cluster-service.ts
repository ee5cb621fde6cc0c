import type { MemberListRequest } from '../etcdserverpb/admin-types.ts';
import type { MemberListResponse } from '../etcdserverpb/types.ts';
import type { Store } from '../mvcc/store.ts';
import { toEtcdError } from './etcd-errors.ts';
import { createHeader } from './response-header.ts';

/** etcd's Cluster service (etcd: `api/v3rpc/member.go`): the members are the shims of one database. */
export interface ClusterService {
  memberList(request: MemberListRequest): Promise<MemberListResponse>;
}

/** Members come and go with their shims, so that nobody can add or remove one by a request. */
export function createClusterService(store: Store): ClusterService {
  return {
    async memberList() {
      try {
        const members = await store.members();
        // etcd's header has no revision here.
        return { header: createHeader(store, 0), members };
      } catch (error) {
        throw toEtcdError(error);
      }
    },
  };
}
