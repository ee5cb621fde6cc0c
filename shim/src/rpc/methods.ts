import { EtcdError, grpcCode } from '../client/etcd-error.ts';
import { type Codec } from '../etcdserverpb/codec.ts';
import { memberListRequest, membersResponse } from '../etcdserverpb/cluster-messages.ts';
import {
  type HealthCheckRequest,
  healthCheckRequest,
  type HealthCheckResponse,
  healthCheckResponse,
} from '../etcdserverpb/health-messages.ts';
import * as kv from '../etcdserverpb/kv-messages.ts';
import * as lease from '../etcdserverpb/lease-messages.ts';
import * as maintenance from '../etcdserverpb/maintenance-messages.ts';
import { watchRequest, watchResponse } from '../etcdserverpb/watch-messages.ts';
import type { Services } from './services.ts';

/** A method that answers one request by one response. */
export interface UnaryMethod {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  call(request: unknown): Promise<unknown>;
}

interface TypedMethod<Q, R> {
  request: Codec<Q>;
  response: Codec<R>;
  call: (request: Q) => Promise<R>;
}

/** etcd's methods with one request and one response, by their gRPC paths. */
export function unaryMethods({
  kv: kvService,
  lease: leases,
  maintenance: upkeep,
  cluster,
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
    request: memberListRequest,
    response: membersResponse,
    call: cluster.memberList,
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
  call(request: unknown): AsyncGenerator<unknown, void, undefined>;
}

/** etcd's methods with one request and a stream of responses. */
export function serverStreamMethods({ maintenance: upkeep }: Services): ServerStreamMethod[] {
  return [
    {
      path: '/etcdserverpb.Maintenance/Snapshot',
      request: maintenance.emptyRequest,
      response: maintenance.snapshotResponse as Codec<unknown>,
      call: upkeep.snapshot,
    },
  ];
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
