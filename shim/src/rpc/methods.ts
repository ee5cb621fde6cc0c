import { EtcdError, grpcCode } from '../client/etcd-error.ts';
import { type Codec } from '../etcdserverpb/codec.ts';
import * as members from '../etcdserverpb/cluster-messages.ts';
import * as electionpb from '../etcdserverpb/election-messages.ts';
import {
  type HealthCheckRequest,
  healthCheckRequest,
  type HealthCheckResponse,
  healthCheckResponse,
} from '../etcdserverpb/health-messages.ts';
import * as kv from '../etcdserverpb/kv-messages.ts';
import * as lease from '../etcdserverpb/lease-messages.ts';
import * as lockpb from '../etcdserverpb/lock-messages.ts';
import * as maintenance from '../etcdserverpb/maintenance-messages.ts';
import { watchRequest, watchResponse } from '../etcdserverpb/watch-messages.ts';
import type { Services } from './services.ts';

/** A method that answers one request by one response. */
export interface UnaryMethod {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  /** Whether a call may wait for other clients: it then gets a signal, which fires when its own client is gone. */
  readonly waits?: boolean;
  call(request: unknown, signal?: AbortSignal): Promise<unknown>;
}

interface TypedMethod<Q, R> {
  request: Codec<Q>;
  response: Codec<R>;
  waits?: boolean;
  call: (request: Q, signal: AbortSignal) => Promise<R>;
}

/** etcd's methods with one request and one response, by their gRPC paths. */
export function unaryMethods({
  kv: kvService,
  lease: leases,
  maintenance: upkeep,
  cluster,
  lock,
  election,
}: Services): UnaryMethod[] {
  const methods: UnaryMethod[] = [];
  const add = <Q, R>(path: string, method: TypedMethod<Q, R>): void => {
    methods.push({ path: `/${path}`, ...method } as unknown as UnaryMethod);
  };
  add('etcdserverpb.KV/Range', {
    request: kv.rangeRequest,
    response: kv.rangeResponse,
    call: kvService.range,
  });
  add('etcdserverpb.KV/Put', { request: kv.putRequest, response: kv.putResponse, call: kvService.put });
  add('etcdserverpb.KV/DeleteRange', {
    request: kv.deleteRangeRequest,
    response: kv.deleteRangeResponse,
    call: kvService.deleteRange,
  });
  add('etcdserverpb.KV/Txn', { request: kv.txnRequest, response: kv.txnResponse, call: kvService.txn });
  add('etcdserverpb.KV/Compact', {
    request: kv.compactionRequest,
    response: kv.compactionResponse,
    call: kvService.compact,
  });
  add('etcdserverpb.Lease/LeaseGrant', {
    request: lease.leaseGrantRequest,
    response: lease.leaseGrantResponse,
    call: leases.grant,
  });
  add('etcdserverpb.Lease/LeaseRevoke', {
    request: lease.leaseRevokeRequest,
    response: lease.leaseRevokeResponse,
    call: leases.revoke,
  });
  add('etcdserverpb.Lease/LeaseTimeToLive', {
    request: lease.leaseTimeToLiveRequest,
    response: lease.leaseTimeToLiveResponse,
    call: leases.timeToLive,
  });
  add('etcdserverpb.Lease/LeaseLeases', {
    request: maintenance.emptyRequest,
    response: lease.leaseLeasesResponse,
    call: leases.leases,
  });
  add('etcdserverpb.Maintenance/Status', {
    request: maintenance.emptyRequest,
    response: maintenance.statusResponse,
    call: upkeep.status,
  });
  add('etcdserverpb.Maintenance/Alarm', {
    request: maintenance.alarmRequest,
    response: maintenance.alarmResponse,
    call: upkeep.alarm,
  });
  add('etcdserverpb.Maintenance/Defragment', {
    request: maintenance.emptyRequest,
    response: maintenance.headerResponse,
    call: upkeep.defragment,
  });
  add('etcdserverpb.Maintenance/Hash', {
    request: maintenance.emptyRequest,
    response: maintenance.hashResponse,
    call: upkeep.hash,
  });
  add('etcdserverpb.Maintenance/HashKV', {
    request: maintenance.hashKvRequest,
    response: maintenance.hashKvResponse,
    call: upkeep.hashKv,
  });
  add('etcdserverpb.Maintenance/Downgrade', {
    request: maintenance.downgradeRequest,
    response: maintenance.downgradeResponse,
    call: upkeep.downgrade,
  });
  add('etcdserverpb.Maintenance/MoveLeader', {
    request: maintenance.moveLeaderRequest,
    response: maintenance.headerResponse,
    call: upkeep.moveLeader,
  });
  add('etcdserverpb.Cluster/MemberList', {
    request: members.memberListRequest,
    response: members.membersResponse,
    call: cluster.memberList,
  });
  add('etcdserverpb.Cluster/MemberAdd', {
    request: members.memberAddRequest,
    response: members.memberAddResponse,
    call: cluster.memberAdd,
  });
  add('etcdserverpb.Cluster/MemberRemove', {
    request: members.memberIdRequest,
    response: members.membersResponse,
    call: cluster.memberRemove,
  });
  add('etcdserverpb.Cluster/MemberUpdate', {
    request: members.memberUpdateRequest,
    response: members.membersResponse,
    call: cluster.memberUpdate,
  });
  add('etcdserverpb.Cluster/MemberPromote', {
    request: members.memberIdRequest,
    response: members.membersResponse,
    call: cluster.memberPromote,
  });
  add('v3lockpb.Lock/Lock', {
    request: lockpb.lockRequest,
    response: lockpb.lockResponse,
    waits: true,
    call: lock.lock,
  });
  add('v3lockpb.Lock/Unlock', {
    request: lockpb.unlockRequest,
    response: lockpb.unlockResponse,
    call: lock.unlock,
  });
  add('v3electionpb.Election/Campaign', {
    request: electionpb.campaignRequest,
    response: electionpb.campaignResponse,
    waits: true,
    call: election.campaign,
  });
  add('v3electionpb.Election/Proclaim', {
    request: electionpb.proclaimRequest,
    response: electionpb.proclaimResponse,
    call: election.proclaim,
  });
  add('v3electionpb.Election/Leader', {
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    call: election.leader,
  });
  add('v3electionpb.Election/Resign', {
    request: electionpb.resignRequest,
    response: electionpb.resignResponse,
    call: election.resign,
  });
  add('grpc.health.v1.Health/Check', {
    request: healthCheckRequest,
    response: healthCheckResponse,
    call: checkHealth,
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
  call(request: unknown, signal: AbortSignal): AsyncGenerator<unknown, void, undefined>;
}

/** etcd's methods with one request and a stream of responses. */
export function serverStreamMethods(services: Services): ServerStreamMethod[] {
  const methods: ServerStreamMethod[] = [];
  const add = <Q, R>(path: string, method: TypedStream<Q, R>): void => {
    methods.push({ path: `/${path}`, ...method } as unknown as ServerStreamMethod);
  };
  add('etcdserverpb.KV/RangeStream', {
    request: kv.rangeRequest,
    response: kv.rangeStreamResponse,
    call: services.kv.rangeStream,
  });
  add('etcdserverpb.Maintenance/Snapshot', {
    request: maintenance.emptyRequest,
    response: maintenance.snapshotResponse,
    call: services.maintenance.snapshot,
  });
  add('v3electionpb.Election/Observe', {
    request: electionpb.leaderRequest,
    response: electionpb.leaderResponse,
    call: services.election.observe,
  });
  add('grpc.health.v1.Health/Watch', {
    request: healthCheckRequest,
    response: healthCheckResponse,
    call: watchHealth,
  });
  return methods;
}

interface TypedStream<Q, R> {
  request: Codec<Q>;
  response: Codec<R>;
  call: (request: Q, signal: AbortSignal) => AsyncGenerator<R, void, undefined>;
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

/** etcd's streams in both directions: their paths and messages. */
export const streamMethods = {
  watch: { path: '/etcdserverpb.Watch/Watch', request: watchRequest, response: watchResponse },
  leaseKeepAlive: {
    path: '/etcdserverpb.Lease/LeaseKeepAlive',
    request: lease.leaseKeepAliveRequest,
    response: lease.leaseKeepAliveResponse,
  },
} as const;
