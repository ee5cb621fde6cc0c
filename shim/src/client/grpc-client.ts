import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  type CallOptions as GrpcCallOptions,
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { type Codec, decode, encode } from '../etcdserverpb/codec/codec.ts';
import { memberListRequest, membersResponse } from '../etcdserverpb/messages/cluster-messages.ts';
import * as kv from '../etcdserverpb/messages/kv-messages.ts';
import * as lease from '../etcdserverpb/messages/lease-messages.ts';
import { emptyRequest, statusResponse } from '../etcdserverpb/messages/maintenance-messages.ts';
import type { LeaseKeepAliveRequest, LeaseKeepAliveResponse, WatchRequest } from '../etcdserverpb/types.ts';
import { watchRequest, watchResponse } from '../etcdserverpb/messages/watch-messages.ts';
import type { CallOptions, EtcdClient } from './etcd-client.ts';
import { EtcdError, type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import { GrpcWatchStream } from './grpc-watch-stream.ts';

export interface GrpcClientOptions {
  /** `http://host:port`, `https://host:port` or `host:port`; used in turn, and one for the other. */
  endpoints: readonly string[];
  /** PEM texts; without them the connection is plain text, unless an endpoint says https. */
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer };
  /** Of the Auth service; sent with every call. */
  token?: string;
  /** A connection without a word for so long is pinged; as kube-apiserver does. */
  keepaliveIntervalMs?: number;
  keepaliveTimeoutMs?: number;
}

interface Method<Q, R> {
  readonly path: string;
  readonly request: Codec<Q>;
  readonly response: Codec<R>;
  /** Asking twice does no harm. */
  readonly isRead: boolean;
}

const method = <Q, R>(path: string, codecs: [Codec<Q>, Codec<R>], isRead: boolean): Method<Q, R> => ({
  path: `/etcdserverpb.${path}`,
  request: codecs[0],
  response: codecs[1],
  isRead,
});

const methods = {
  range: method('KV/Range', [kv.rangeRequest, kv.rangeResponse], true),
  put: method('KV/Put', [kv.putRequest, kv.putResponse], false),
  deleteRange: method('KV/DeleteRange', [kv.deleteRangeRequest, kv.deleteRangeResponse], false),
  txn: method('KV/Txn', [kv.txnRequest, kv.txnResponse], false),
  compact: method('KV/Compact', [kv.compactionRequest, kv.compactionResponse], false),
  leaseGrant: method('Lease/LeaseGrant', [lease.leaseGrantRequest, lease.leaseGrantResponse], false),
  leaseRevoke: method('Lease/LeaseRevoke', [lease.leaseRevokeRequest, lease.leaseRevokeResponse], false),
  leaseTimeToLive: method(
    'Lease/LeaseTimeToLive',
    [lease.leaseTimeToLiveRequest, lease.leaseTimeToLiveResponse],
    true,
  ),
  leases: method('Lease/LeaseLeases', [emptyRequest, lease.leaseLeasesResponse], true),
  status: method('Maintenance/Status', [emptyRequest, statusResponse], true),
  memberList: method('Cluster/MemberList', [memberListRequest, membersResponse], true),
} as const;

/** What reached no server is sent again after so long, and so often; clientv3 does that with reads. */
const reconnectPauseMs = 25;
const mostAttempts = 100;

/** How large a list the server may send before we have read some of it, per stream and per connection. */
const flowControlWindowBytes = 8 << 20;

/** Makes a client; connections are opened when first used. */
export function createGrpcClient(options: GrpcClientOptions): EtcdClient {
  const { endpoints } = options;
  if (endpoints.length === 0) throw new Error('no etcd endpoints were given');
  const clients = endpoints.map((endpoint) => connect(endpoint, options));
  const metadata = new Metadata();
  if (options.token !== undefined) metadata.set('token', options.token);
  let turn = 0;
  let isClosed = false;
  /** How to cancel what is under way. */
  const underWay: Cancels = new Set();

  async function call<Q, R>(
    what: Method<Q, R>,
    request: Q,
    callOptions: CallOptions | undefined,
  ): Promise<R> {
    const deadline = callOptions?.timeoutMs === undefined ? undefined : Date.now() + callOptions.timeoutMs;
    const first = turn++;
    const signal = callOptions?.signal;
    for (let attempt = 1; ; attempt++) {
      const client = clients[(first + attempt) % clients.length] as Client;
      try {
        return await callOnce({ client, metadata, what, request, deadline, signal, underWay });
      } catch (error) {
        if (!mayAskAnother(error as EtcdError, what.isRead)) throw error;
        if (attempt < clients.length) continue;
        // All were asked: one that has just been started is given a little time.
        const isLate = deadline !== undefined && deadline <= Date.now() + reconnectPauseMs;
        if (!wasNotSent(error as EtcdError) || isLate || attempt >= mostAttempts) throw error;
        await sleep(reconnectPauseMs);
        if (isClosed) throw error;
      }
    }
  }

  return {
    range: (request, callOptions) => call(methods.range, request, callOptions),
    put: (request, callOptions) => call(methods.put, request, callOptions),
    deleteRange: (request, callOptions) => call(methods.deleteRange, request, callOptions),
    txn: (request, callOptions) => call(methods.txn, request, callOptions),
    compact: (request, callOptions) => call(methods.compact, request, callOptions),
    watch() {
      const client = clients[turn++ % clients.length] as Client;
      const call = client.makeBidiStreamRequest(
        '/etcdserverpb.Watch/Watch',
        (value: WatchRequest) => encode(watchRequest, value),
        (bytes) => decode(watchResponse, bytes),
        metadata,
      );
      const stream = new GrpcWatchStream(call);
      track(underWay, call);
      return stream;
    },
    leaseGrant: (request, callOptions) => call(methods.leaseGrant, request, callOptions),
    leaseRevoke: (request, callOptions) => call(methods.leaseRevoke, request, callOptions),
    leaseKeepAlive: (request, callOptions) =>
      keepAlive({
        client: clients[turn++ % clients.length] as Client,
        metadata,
        request,
        options: callOptions,
        underWay,
      }),
    leaseTimeToLive: (request, callOptions) => call(methods.leaseTimeToLive, request, callOptions),
    leases: (callOptions) => call(methods.leases, {}, callOptions),
    status: (callOptions) => call(methods.status, {}, callOptions),
    memberList: (callOptions) => call(methods.memberList, { linearizable: true }, callOptions),
    close() {
      isClosed = true;
      for (const cancel of underWay) cancel();
      for (const client of clients) client.close();
    },
  };
}

function connect(endpoint: string, { tls, ...options }: GrpcClientOptions): Client {
  const [, scheme, target = endpoint] = /^(?:(https?):\/\/)?(.*?)\/?$/.exec(endpoint) ?? [];
  const isSecure = scheme === 'https' || (scheme === undefined && tls !== undefined);
  const address = /^\[?([0-9a-fA-F:.]+)\]?:\d+$/.exec(target)?.[1];
  // A certificate may be for an address, but TLS has no way to ask for one by an address (RFC 6066, section
  // 3).
  const byAddress = isSecure && address !== undefined && isIP(address) !== 0;
  const verify = byAddress
    ? { checkServerIdentity: (_name: string, cert: PeerCertificate) => checkServerIdentity(address, cert) }
    : {};
  const channelCredentials: ChannelCredentials = isSecure
    ? credentials.createSsl(tls?.ca, tls?.key, tls?.cert, verify)
    : credentials.createInsecure();
  return new Client(target, channelCredentials, {
    ...(byAddress ? { 'grpc.ssl_target_name_override': 'localhost', 'grpc.default_authority': target } : {}),
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': options.keepaliveIntervalMs ?? 30_000,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs ?? 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    'grpc-node.flow_control_window': flowControlWindowBytes,
  });
}

interface OneCall<Q, R> {
  client: Client;
  metadata: Metadata;
  what: Method<Q, R>;
  request: Q;
  deadline: number | undefined;
  signal: AbortSignal | undefined;
  underWay: Cancels;
}

type Cancels = Set<() => void>;

/** Remembers how to cancel a call until it is over. */
function track(
  underWay: Cancels,
  call: { cancel(): void; on(event: 'status', listener: () => void): unknown },
): void {
  const cancel = (): void => call.cancel();
  underWay.add(cancel);
  call.on('status', () => underWay.delete(cancel));
}

function callOnce<Q, R>(options: OneCall<Q, R>): Promise<R> {
  const { client, metadata, what, request, deadline, signal, underWay } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new EtcdError(grpcCode.CANCELLED, 'context canceled'));
    const onAbort = (): void => call.cancel();
    const grpcOptions: GrpcCallOptions = deadline === undefined ? {} : { deadline };
    const call = withoutStacks(() =>
      client.makeUnaryRequest<Q, R>(
        what.path,
        (value) => encode(what.request, value),
        (bytes) => decode(what.response, bytes),
        request,
        metadata,
        grpcOptions,
        (error, response) => {
          underWay.delete(onAbort);
          signal?.removeEventListener('abort', onAbort);
          if (error) reject(fromServiceError(error));
          else resolve(response as R);
        },
      ),
    );
    underWay.add(onAbort);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** grpc-js records the caller's stack for each call, in case it fails: nobody reads it here. */
function withoutStacks<T>(call: () => T): T {
  const { stackTraceLimit } = Error;
  // Where a program has frozen Error this changes nothing.
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return call();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

interface KeepAlive {
  client: Client;
  metadata: Metadata;
  request: LeaseKeepAliveRequest;
  options: CallOptions | undefined;
  underWay: Cancels;
}

/** One renewal on a stream of its own (etcd: clientv3's KeepAliveOnce). */
function keepAlive({
  client,
  metadata,
  request,
  options,
  underWay,
}: KeepAlive): Promise<LeaseKeepAliveResponse> {
  return new Promise((resolve, reject) => {
    if (options?.signal?.aborted) return reject(new EtcdError(grpcCode.CANCELLED, 'context canceled'));
    const deadline = options?.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
    const call: ClientDuplexStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse> =
      client.makeBidiStreamRequest(
        '/etcdserverpb.Lease/LeaseKeepAlive',
        (value: LeaseKeepAliveRequest) => encode(lease.leaseKeepAliveRequest, value),
        (bytes) => decode(lease.leaseKeepAliveResponse, bytes),
        metadata,
        deadline,
      );
    track(underWay, call);
    const onAbort = (): void => call.cancel();
    options?.signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (): void => options?.signal?.removeEventListener('abort', onAbort);
    call.once('data', (response: LeaseKeepAliveResponse) => {
      finish();
      resolve(response);
    });
    call.on('error', (error: ServiceError) => {
      finish();
      reject(fromServiceError(error));
    });
    call.once('end', () => {
      finish();
      reject(new EtcdError(grpcCode.UNAVAILABLE, 'the stream ended without an answer'));
    });
    call.end(request);
  });
}

/** As clientv3's retry policies: a write is asked of another server only if it surely reached none. */
function mayAskAnother(error: EtcdError, isRead: boolean): boolean {
  return wasNotSent(error) || (isRead && error.code === grpcCode.UNAVAILABLE);
}

/** There was no connection to send it on. */
function wasNotSent({ code, message }: Pick<EtcdError, 'code' | 'message'>): boolean {
  const isUnsent = /^(No connection established|Name resolution failed)/.test(message);
  return code === grpcCode.UNAVAILABLE && isUnsent;
}

function fromServiceError({ code, details }: ServiceError): EtcdError {
  return new EtcdError(code as GrpcCode, details);
}
