import type {
  MemberAddRequest,
  MemberAddResponse,
  MemberIdRequest,
  MemberListRequest,
  MembersResponse,
  MemberUpdateRequest,
} from '../../etcdserverpb/admin-types.ts';
import type { MemberListResponse } from '../../etcdserverpb/types.ts';
import type { Store } from '../../mvcc/store.ts';
import { requestError, toEtcdError } from '../etcd-errors.ts';
import { createHeader } from '../response-header.ts';

/**
 * etcd's Cluster service (etcd: `api/v3rpc/member.go`): the members are the shims of one database. They come
 * and go with their processes, so that a request can neither add nor remove one: it is checked, and refused,
 * as by a member that has nobody to agree with.
 */
export interface ClusterService {
  memberList(request: MemberListRequest): Promise<MemberListResponse>;
  memberAdd(request: MemberAddRequest): Promise<MemberAddResponse>;
  memberRemove(request: MemberIdRequest): Promise<MembersResponse>;
  memberUpdate(request: MemberUpdateRequest): Promise<MembersResponse>;
  memberPromote(request: MemberIdRequest): Promise<MembersResponse>;
}

/** Builds the service; every method rejects with an EtcdError. */
export function createClusterService(store: Store): ClusterService {
  async function memberList(): Promise<MemberListResponse> {
    try {
      const members = await store.members();
      // etcd's header has no revision here.
      return { header: createHeader(store, 0), members };
    } catch (error) {
      throw toEtcdError(error);
    }
  }
  async function checkMember(id: bigint): Promise<void> {
    const { members } = await memberList();
    if (!members.some((member) => member.id === id)) throw requestError('memberNotFound');
  }
  return {
    memberList,
    async memberAdd({ peerUrls }) {
      checkPeerUrls(peerUrls);
      throw requestError('notEnoughStarted');
    },
    async memberRemove({ id }) {
      await checkMember(id);
      throw requestError('notEnoughStarted');
    },
    async memberUpdate({ id, peerUrls }) {
      await checkMember(id);
      checkPeerUrls(peerUrls);
      throw requestError('notEnoughStarted');
    },
    async memberPromote({ id }) {
      await checkMember(id);
      throw requestError('notLearner');
    },
  };
}

/** At least one, each with a host and a port (etcd: `types.NewURLs`). */
function checkPeerUrls(urls: readonly string[]): void {
  const isUrl = (url: string): boolean => /^(https?|unixs?):\/\/[^/]+:\d+$/.test(url);
  if (urls.length === 0 || !urls.every(isUrl)) throw requestError('memberBadUrls');
}
