import { once } from 'node:events';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { type handleUnaryCall, type Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { EtcdError, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import { type Codec, decode, PreparedMessage } from '../../etcdserverpb/codec/codec.ts';
import type { MalformedMessageError } from '../../etcdserverpb/codec/wire.ts';
import type { CallCounts } from '../monitoring/call-counts.ts';
import { storeErrors } from '../etcd-errors.ts';
import { GrpcCredentials } from '../authorization/grpc-credentials.ts';
import { GrpcStreams } from './grpc-streams.ts';
import { unaryMethods } from '../methods/bind-methods.ts';
import { methodDescriptions } from '../methods/methods.ts';
import { observeUnary } from './observe-unary.ts';
import { sendGoAway } from '../connection/send-goaway.ts';
import type { HeldMemory } from '../connection/held-memory.ts';
import { enforcePingPolicy } from '../connection/ping-policy.ts';
import { createHeaderRefusal, sendRefusal } from '../connection/refuse-headers.ts';
import type { RequestLog } from '../monitoring/request-log.ts';
import { grpcOverheadBytes, type Services } from '../services.ts';
import { UnreadableRequest } from './unreadable-request.ts';

/** gRPC over connections that somebody else accepted. */
export interface GrpcServer {
  /** A connection that begins (or has begun: bytes may be buffered in it) with HTTP/2's preface. */
  inject(connection: Duplex): void;
  /** As `inject`, of the gateway's own connection: what is held for its clients is counted where they are. */
  injectLoopback(connection: Duplex): void;
  /** Ends the streams, lets unary calls finish for so long, then closes what is left. */
  close(graceMs: number): Promise<void>;
}

export interface GrpcServerOptions {
  services: Services;
  counts: CallCounts;
  logRequest: RequestLog;
  log: Logger;
  maxRequestBytes: number;
  held: HeldMemory;
  /** etcd's --max-concurrent-streams, per connection. */
  maxConcurrentStreams: number;
  /** Clients that ping more often are disconnected; 0: grpc-go's 5 minutes. */
  keepaliveMinTimeMs: number;
  keepaliveIntervalMs: number;
  keepaliveTimeoutMs: number;
}

/** What the log says of a connection that `HeldMemory` ends. */
export const tooMuchHeld = 'ended the connection of a client for which too much is held';

type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** Clients may send us this much before they wait for us, per stream and per connection. */
const flowControlWindowBytes = 4 << 20;

/** Serves etcd's gRPC services. Methods that don't exist are answered UNIMPLEMENTED by grpc-js. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { services, counts, held, maxRequestBytes, log } = options;
  const maxMessageBytes = maxRequestBytes + grpcOverheadBytes;
  const server = new Server({
    // Larger ones than ours are refused by `readRequest`, in grpc-go's words; grpc-js only guards the memory.
    'grpc.max_receive_message_length': maxMessageBytes * 2,
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    // 0: no pings; grpc-js' own word for never is the largest time.
    'grpc.keepalive_time_ms': options.keepaliveIntervalMs || 0x7fffffff,
    'grpc.keepalive_timeout_ms': options.keepaliveTimeoutMs || 0x7fffffff,
    'grpc-node.flow_control_window': flowControlWindowBytes,
    'grpc.enable_channelz': 0,
  });

  const readRequest =
    <T>(codec: Codec<T>, failure: string) =>
    (bytes: Buffer): T | UnreadableRequest => {
      counts.receivedBytes += bytes.length;
      if (bytes.length > maxMessageBytes) {
        const text = `grpc: received message larger than max (${bytes.length} vs. ${maxMessageBytes})`;
        return new UnreadableRequest(grpcCode.RESOURCE_EXHAUSTED, text);
      }
      try {
        return decode(codec, bytes);
      } catch (error) {
        return new UnreadableRequest(
          grpcCode.INTERNAL,
          `grpc: ${failure}: ${(error as MalformedMessageError).clientMessage}`,
        );
      }
    };

  // grpc-js asks a serialized message for its `byteLength` and has it `copy` itself behind five bytes of its
  // own, at once: so it is encoded there, and a list of ten thousand keys exists only once.
  const writeResponse =
    <T>(codec: Codec<T>) =>
    (value: T): Buffer => {
      // Those of streams are prepared where they are counted.
      const message = value instanceof PreparedMessage ? value : new PreparedMessage(codec, value);
      counts.sentBytes += message.byteLength;
      return message as unknown as Buffer;
    };

  /** Calls that wait for other clients. */
  const waiting = new Set<AbortController>();
  for (const method of unaryMethods(services)) {
    const answer = observeUnary(method, options);
    const handle: handleUnaryCall<unknown, unknown> = async (call, callback) => {
      counts.countClient('unary', clientVersion(call));
      const controller = method.waits ? new AbortController() : undefined;
      if (controller !== undefined) {
        call.on('cancelled', () => controller.abort());
        waiting.add(controller);
      }
      try {
        callback(
          null,
          await answer(
            call.request,
            { remote: () => call.getPeer(), sender: new GrpcCredentials(call) },
            controller?.signal,
          ),
        );
      } catch (error) {
        const { code, message } = error as EtcdError;
        callback({ code, details: message });
      }
      if (controller !== undefined) waiting.delete(controller);
    };
    server.register(
      method.path,
      handle,
      writeResponse(method.response),
      readRequest(method.request, 'error unmarshalling request'),
      'unary',
    );
  }

  const streams = new GrpcStreams({ services, counts, held, clientVersion });
  for (const { type, path, handle, request, response } of streams.methods()) {
    const read = readRequest(request, 'failed to unmarshal the received message');
    server.register(path, handle, writeResponse(response), read, type);
  }

  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  // grpc-js leaves pings alone, takes requests that grpc-go does not, and has no word for its HTTP/2 server;
  // tests see to it.
  const { http2Servers } = server as unknown as { http2Servers: ReadonlyMap<Http2Server, unknown> };
  const minTimeMs = options.keepaliveMinTimeMs || 300_000;
  const refuseHeaders = createHeaderRefusal(methodDescriptions.map(({ path }) => path));
  /** The connection that is being injected: its session is made at once. */
  let injected: Duplex | undefined;
  let isLoopback = false;
  for (const http2 of http2Servers.keys()) {
    http2.on('session', (session) => {
      if (injected === undefined) return;
      const connection = injected;
      enforcePingPolicy(session, connection, { minTimeMs });
      if (isLoopback) return;
      held.watch(session, () => {
        log.warn({ heldBytes: held.limitBytes }, tooMuchHeld);
        sendGoAway(session, connection, 'too_much_held');
      });
    });
    const serve = http2.listeners('stream') as StreamListener[];
    http2.removeAllListeners('stream');
    http2.on('stream', (stream, headers) => {
      held.watchStream(stream);
      const refusal = refuseHeaders(headers);
      if (refusal === undefined) for (const each of serve) each(stream, headers);
      else sendRefusal(stream, refusal);
    });
  }
  const connections = new Set<Duplex>();
  const inject = (connection: Duplex): void => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
    injected = connection;
    injector.injectConnection(connection);
    injected = undefined;
  };
  return {
    inject,
    injectLoopback(connection) {
      isLoopback = true;
      inject(connection);
      isLoopback = false;
    },
    async close(graceMs) {
      streams.stop();
      for (const controller of waiting) controller.abort(new EtcdError(...storeErrors.stopped));
      // grpc-js' own callback comes before the last answers have left; the ends of the connections tell.
      server.tryShutdown(() => {});
      const over = new AbortController();
      // Not by AbortSignal.timeout: where nothing else is left to do, the process would end before that.
      const tooLate = setTimeout(() => over.abort(), graceMs);
      const ends = [...connections].map((connection) => once(connection, 'close', { signal: over.signal }));
      await Promise.allSettled(ends);
      clearTimeout(tooLate);
      server.forceShutdown();
      injector.destroy();
    },
  };
}

/** What clientv3 says of itself (etcd: rpctypes.MetadataClientAPIVersionKey). */
function clientVersion(call: { metadata: Metadata }): string {
  return call.metadata.get('client-api-version')[0]?.toString() ?? 'unknown';
}
