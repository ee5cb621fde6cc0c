import * as rules from '../auth/permissions/access-rules.ts';
import { EtcdError, grpcCode } from '../etcdserverpb/etcd-error.ts';
import * as authpb from '../etcdserverpb/messages/auth-messages.ts';
import { type Codec } from '../etcdserverpb/codec/codec.ts';
import * as members from '../etcdserverpb/messages/cluster-messages.ts';
import * as electionpb from '../etcdserverpb/messages/election-messages.ts';
import {
  type HealthCheckRequest,
  healthCheckRequest,
  type HealthCheckResponse,
  healthCheckResponse,
  healthListRequest,
  healthListResponse,
} from '../etcdserverpb/messages/health-messages.ts';
import * as kv from '../etcdserverpb/messages/kv-messages.ts';
import * as lease from '../etcdserverpb/messages/lease-messages.ts';
import * as lockpb from '../etcdserverpb/messages/lock-messages.ts';
import * as maintenance from '../etcdserverpb/messages/maintenance-messages.ts';
import { defineReflection } from '../etcdserverpb/messages/reflection-messages.ts';
import { watchRequest, watchResponse } from '../etcdserverpb/messages/watch-messages.ts';
import { early, forRoot, forStrangers, forUsers, inOrder } from './guard/access.ts';
import type { Access, Permit, Sender } from './guard/guard.ts';
import type { Services } from './services.ts';

/** A method that answers one request by one response. */
export interface UnaryMethod {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  /** Whether a call may wait for other clients: it then gets a signal, which fires when its own client is gone. */
  readonly waits?: boolean;
  /** As whoever sent it. Rejects with an EtcdError. */
  call(request: unknown, sender: Sender, signal?: AbortSignal): Promise<unknown>;
}

interface TypedMethod<Q, R> {
  request: Codec<Q>;
  response: Codec<R>;
  waits?: boolean;
  access: Access<Q>;
  call: (request: Q, permit: Permit, signal: AbortSignal) => Promise<R>;
}

/** etcd's methods with one request and one response, by their gRPC paths. */
export function unaryMethods({
  kv: kvService,
  lease: leases,
  maintenance: upkeep,
  cluster,
  auth,
  guard,
  as,
}: Services): UnaryMethod[] {
  const methods: UnaryMethod[] = [];
  const add = <Q, R>(path: string, { access, call, ...method }: TypedMethod<Q, R>): void => {
    const guarded = (request: Q, sender: Sender, signal: AbortSignal): Promise<R> =>
      guard.enter(access, { request, sender }, (permit) => call(request, permit, signal));
    methods.push({ path: `/${path}`, ...method, call: guarded } as unknown as UnaryMethod);
  };
  add('etcdserverpb.KV/Range', {
    request: kv.rangeRequest,
    response: kv.rangeResponse,
    access: inOrder(rules.checkRange),
    call: (request, { admit }) => kvService.range(request, admit),
  });
  add('etcdserverpb.KV/Put', {
    request: kv.putRequest,
    response: kv.putResponse,
    access: inOrder(rules.checkPut),
    call: (request, { admit }) => kvService.put(request, admit),
  });
  add('etcdserverpb.KV/DeleteRange', {
    request: kv.deleteRangeRequest,
    response: kv.deleteRangeResponse,
    access: inOrder(rules.checkDeleteRange),
    call: (request, { admit }) => kvService.deleteRange(request, admit),
  });
  add('etcdserverpb.KV/Txn', {
    request: kv.txnRequest,
    response: kv.txnResponse,
    access: inOrder(rules.checkTxn),
    call: (request, { admit }) => kvService.txn(request, admit),
  });
  add('etcdserverpb.KV/Compact', {
    request: kv.compactionRequest,
    response: kv.compactionResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => kvService.compact(request, admit),
  });
  add('etcdserverpb.Lease/LeaseGrant', {
    request: lease.leaseGrantRequest,
    response: lease.leaseGrantResponse,
    access: inOrder(rules.requireIdentity),
    call: (request, { admit }) => leases.grant(request, admit),
  });
  add('etcdserverpb.Lease/LeaseRevoke', {
    request: lease.leaseRevokeRequest,
    response: lease.leaseRevokeResponse,
    access: inOrder(rules.checkLeaseWrite),
    call: (request, { admit }) => leases.revoke(request, admit),
  });
  add('etcdserverpb.Lease/LeaseTimeToLive', {
    request: lease.leaseTimeToLiveRequest,
    response: lease.leaseTimeToLiveResponse,
    access: inOrder(rules.checkLeaseTimeToLive),
    call: (request, { admit }) => leases.timeToLive(request, admit),
  });
  add('etcdserverpb.Lease/LeaseLeases', {
    request: maintenance.emptyRequest,
    response: lease.leaseLeasesResponse,
    access: inOrder(rules.checkLeaseList),
    call: (_request, { admit }) => leases.leases(admit),
  });
  add('etcdserverpb.Maintenance/Status', {
    request: maintenance.emptyRequest,
    response: maintenance.statusResponse,
    access: forUsers,
    call: () => upkeep.status(),
  });
  add('etcdserverpb.Maintenance/Alarm', {
    request: maintenance.alarmRequest,
    response: maintenance.alarmResponse,
    access: early(rules.checkAlarm),
    call: (request) => upkeep.alarm(request),
  });
  add('etcdserverpb.Maintenance/Defragment', {
    request: maintenance.emptyRequest,
    response: maintenance.headerResponse,
    access: forRoot,
    call: () => upkeep.defragment(),
  });
  add('etcdserverpb.Maintenance/Hash', {
    request: maintenance.emptyRequest,
    response: maintenance.hashResponse,
    access: forRoot,
    call: () => upkeep.hash(),
  });
  add('etcdserverpb.Maintenance/HashKV', {
    request: maintenance.hashKvRequest,
    response: maintenance.hashKvResponse,
    access: forRoot,
    call: (request) => upkeep.hashKv(request),
  });
  add('etcdserverpb.Maintenance/Downgrade', {
    request: maintenance.downgradeRequest,
    response: maintenance.downgradeResponse,
    access: forRoot,
    call: (request) => upkeep.downgrade(request),
  });
  add('etcdserverpb.Maintenance/MoveLeader', {
    request: maintenance.moveLeaderRequest,
    response: maintenance.headerResponse,
    access: forRoot,
    call: (request) => upkeep.moveLeader(request),
  });
  add('etcdserverpb.Cluster/MemberList', {
    request: members.memberListRequest,
    response: members.membersResponse,
    access: forUsers,
    call: (request) => cluster.memberList(request),
  });
  add('etcdserverpb.Cluster/MemberAdd', {
    request: members.memberAddRequest,
    response: members.memberAddResponse,
    access: forRoot,
    call: (request) => cluster.memberAdd(request),
  });
  add('etcdserverpb.Cluster/MemberRemove', {
    request: members.memberIdRequest,
    response: members.membersResponse,
    access: forRoot,
    call: (request) => cluster.memberRemove(request),
  });
  add('etcdserverpb.Cluster/MemberUpdate', {
    request: members.memberUpdateRequest,
    response: members.membersResponse,
    access: forRoot,
    call: (request) => cluster.memberUpdate(request),
  });
  add('etcdserverpb.Cluster/MemberPromote', {
    request: members.memberIdRequest,
    response: members.membersResponse,
    access: forRoot,
    call: (request) => cluster.memberPromote(request),
  });
  add('etcdserverpb.Auth/AuthEnable', {
    request: maintenance.emptyRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.enable(request, admit),
  });
  add('etcdserverpb.Auth/AuthDisable', {
    request: maintenance.emptyRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.disable(request, admit),
  });
  add('etcdserverpb.Auth/AuthStatus', {
    request: maintenance.emptyRequest,
    response: authpb.authStatusResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.status(request, admit),
  });
  add('etcdserverpb.Auth/Authenticate', {
    request: authpb.authenticateRequest,
    response: authpb.authenticateResponse,
    access: forStrangers,
    call: (request, { admit }) => auth.authenticate(request, admit),
  });
  add('etcdserverpb.Auth/UserAdd', {
    request: authpb.authUserAddRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userAdd(request, admit),
  });
  add('etcdserverpb.Auth/UserGet', {
    request: authpb.authNameRequest,
    response: authpb.authRolesResponse,
    access: inOrder(rules.checkUserGet),
    call: (request, { admit }) => auth.userGet(request, admit),
  });
  add('etcdserverpb.Auth/UserList', {
    request: maintenance.emptyRequest,
    response: authpb.authUserListResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userList(request, admit),
  });
  add('etcdserverpb.Auth/UserDelete', {
    request: authpb.authNameRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userDelete(request, admit),
  });
  add('etcdserverpb.Auth/UserChangePassword', {
    request: authpb.authUserChangePasswordRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userChangePassword(request, admit),
  });
  add('etcdserverpb.Auth/UserGrantRole', {
    request: authpb.authUserGrantRoleRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userGrantRole(request, admit),
  });
  add('etcdserverpb.Auth/UserRevokeRole', {
    request: authpb.authUserRevokeRoleRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.userRevokeRole(request, admit),
  });
  add('etcdserverpb.Auth/RoleAdd', {
    request: authpb.authNameRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.roleAdd(request, admit),
  });
  add('etcdserverpb.Auth/RoleGet', {
    request: authpb.authRoleRequest,
    response: authpb.authRoleGetResponse,
    access: inOrder(rules.checkRoleGet),
    call: (request, { admit }) => auth.roleGet(request, admit),
  });
  add('etcdserverpb.Auth/RoleList', {
    request: maintenance.emptyRequest,
    response: authpb.authRolesResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.roleList(request, admit),
  });
  add('etcdserverpb.Auth/RoleDelete', {
    request: authpb.authRoleRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.roleDelete(request, admit),
  });
  add('etcdserverpb.Auth/RoleGrantPermission', {
    request: authpb.authRoleGrantPermissionRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.roleGrantPermission(request, admit),
  });
  add('etcdserverpb.Auth/RoleRevokePermission', {
    request: authpb.authRoleRevokePermissionRequest,
    response: maintenance.headerResponse,
    access: inOrder(rules.requireAdmin),
    call: (request, { admit }) => auth.roleRevokePermission(request, admit),
  });
  add('v3lockpb.Lock/Lock', {
    request: lockpb.lockRequest,
    response: lockpb.lockResponse,
    waits: true,
    access: forStrangers,
    call: (request, { sender }, signal) => as(sender).lock.lock(request, signal),
  });
  add('v3lockpb.Lock/Unlock', {
    request: lockpb.unlockRequest,
    response: lockpb.unlockResponse,
    access: forStrangers,
    call: (request, { sender }) => as(sender).lock.unlock(request),
  });
  add('v3electionpb.Election/Campaign', {
    request: electionpb.campaignRequest,
    response: electionpb.campaignResponse,
    waits: true,
    access: forStrangers,
    call: (request, { sender }, signal) => as(sender).election.campaign(request, signal),
  });
  add('v3electionpb.Election/Proclaim', {
    request: electionpb.proclaimRequest,
    response: electionpb.proclaimResponse,
    access: forStrangers,
    call: (request, { sender }) => as(sender).election.proclaim(request),
  });
  add('v3electionpb.Election/Leader', {
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    access: forStrangers,
    call: (request, { sender }) => as(sender).election.leader(request),
  });
  add('v3electionpb.Election/Resign', {
    request: electionpb.resignRequest,
    response: electionpb.resignResponse,
    access: forStrangers,
    call: (request, { sender }) => as(sender).election.resign(request),
  });
  add('grpc.health.v1.Health/Check', {
    request: healthCheckRequest,
    response: healthCheckResponse,
    access: forStrangers,
    call: checkHealth,
  });
  add('grpc.health.v1.Health/List', {
    request: healthListRequest,
    response: healthListResponse,
    access: forStrangers,
    call: () => Promise.resolve({ statuses: [{ key: '', value: { status: 'SERVING' } }] }),
  });
  return methods;
}

/** Who gets an answer here gets service; etcd knows but the server as a whole, too. */
function checkHealth({ service }: HealthCheckRequest): Promise<HealthCheckResponse> {
  if (service) return Promise.reject(new EtcdError(grpcCode.NOT_FOUND, 'unknown service'));
  return Promise.resolve({ status: 'SERVING' });
}

/** A method that answers one request by a stream of responses, which is to be told (`return`) when nobody listens. */
export interface ServerStreamMethod {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  /** The signal fires when nobody listens any more, for one that waits. */
  call(request: unknown, sender: Sender, signal: AbortSignal): AsyncGenerator<unknown, void, undefined>;
}

/** etcd's methods with one request and a stream of responses. */
export function serverStreamMethods(services: Services): ServerStreamMethod[] {
  const methods: ServerStreamMethod[] = [];
  const { guard } = services;
  const add = <Q, R>(path: string, { access, call, ...method }: TypedStream<Q, R>): void => {
    const guarded = (request: Q, sender: Sender, signal: AbortSignal): AsyncGenerator<R, void, undefined> =>
      guard.enterStream(access, { request, sender }, (permit) => call(request, permit, signal));
    methods.push({ path: `/${path}`, ...method, call: guarded } as unknown as ServerStreamMethod);
  };
  add('etcdserverpb.KV/RangeStream', {
    request: kv.rangeRequest,
    response: kv.rangeStreamResponse,
    access: inOrder(rules.checkRange),
    call: (request, { admit }) => services.kv.rangeStream(request, admit),
  });
  add('etcdserverpb.Maintenance/Snapshot', {
    request: maintenance.emptyRequest,
    response: maintenance.snapshotResponse,
    access: forRoot,
    call: () => services.maintenance.snapshot(),
  });
  add('v3electionpb.Election/Observe', {
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    access: forStrangers,
    call: (request, { sender }, signal) => services.as(sender).election.observe(request, signal),
  });
  add('grpc.health.v1.Health/Watch', {
    request: healthCheckRequest,
    response: healthCheckResponse,
    access: forStrangers,
    call: (request, _permit, signal) => watchHealth(request, signal),
  });
  return methods;
}

interface TypedStream<Q, R> {
  request: Codec<Q>;
  response: Codec<R>;
  access: Access<Q>;
  call: (request: Q, permit: Permit, signal: AbortSignal) => AsyncGenerator<R, void, undefined>;
}

/** The health now; it does not change as long as there is somebody to tell. */
async function* watchHealth(
  { service }: HealthCheckRequest,
  signal: AbortSignal,
): AsyncGenerator<HealthCheckResponse, void, undefined> {
  yield { status: service ? 'SERVICE_UNKNOWN' : 'SERVING' };
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Who may renew a lease by a stream. */
export const keepAliveAccess = inOrder(rules.checkLeaseWrite);

/** The streams in both directions: their paths and messages. */
export const streamMethods = {
  watch: { path: '/etcdserverpb.Watch/Watch', request: watchRequest, response: watchResponse },
  leaseKeepAlive: {
    path: '/etcdserverpb.Lease/LeaseKeepAlive',
    request: lease.leaseKeepAliveRequest,
    response: lease.leaseKeepAliveResponse,
  },
  reflection: { path: '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', ...defineReflection() },
  // Older clients know the service by this name alone.
  reflectionAlpha: {
    path: '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ...defineReflection(),
  },
} as const;
