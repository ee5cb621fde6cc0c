import * as clusterpb from '../../etcdserverpb/messages/cluster-messages.ts';
import { rootOnly, authenticated } from '../authorization/access.ts';
import { type MethodTable, unary } from '../methods/method.ts';

/** etcd's Cluster service. */
export const clusterMethods = {
  '/etcdserverpb.Cluster/MemberAdd': unary({
    request: clusterpb.memberAddRequest,
    response: clusterpb.memberAddResponse,
    access: rootOnly,
    call: ({ cluster }, request) => cluster.memberAdd(request),
  }),
  '/etcdserverpb.Cluster/MemberRemove': unary({
    request: clusterpb.memberIdRequest,
    response: clusterpb.membersResponse,
    access: rootOnly,
    call: ({ cluster }, request) => cluster.memberRemove(request),
  }),
  '/etcdserverpb.Cluster/MemberUpdate': unary({
    request: clusterpb.memberUpdateRequest,
    response: clusterpb.membersResponse,
    access: rootOnly,
    call: ({ cluster }, request) => cluster.memberUpdate(request),
  }),
  '/etcdserverpb.Cluster/MemberList': unary({
    request: clusterpb.memberListRequest,
    response: clusterpb.membersResponse,
    access: authenticated,
    call: ({ cluster }, request) => cluster.memberList(request),
  }),
  '/etcdserverpb.Cluster/MemberPromote': unary({
    request: clusterpb.memberIdRequest,
    response: clusterpb.membersResponse,
    access: rootOnly,
    call: ({ cluster }, request) => cluster.memberPromote(request),
  }),
} as const satisfies MethodTable;
