import type { handleBidiStreamingCall, Metadata, ServerDuplexStream } from '@grpc/grpc-js';
import { type EtcdError, type GrpcCode, grpcCode } from '../client/etcd-error.ts';
import type { Codec } from '../etcdserverpb/codec.ts';
import type {
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  WatchRequest,
  WatchResponse,
} from '../etcdserverpb/types.ts';
import type { CallCounts, MethodCounts } from './call-counts.ts';
import { storeErrors, toEtcdError } from './etcd-errors.ts';
import { streamMethods } from './methods.ts';
import type { Services } from './services.ts';
import { UnreadableRequest } from './unreadable-request.ts';

export interface GrpcStreamsOptions {
  services: Services;
  counts: CallCounts;
  clientVersion: (call: { metadata: Metadata }) => string;
}

interface StreamMethod {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
  readonly handle: handleBidiStreamingCall<unknown, unknown>;
}

/** So many KeepAlives of one stream are renewed at once; the stream is not read further before. */
const maxRenewalsUnderWay = 64;

/** The streaming methods on grpc-js, and all streams that are open. */
export class GrpcStreams {
  readonly #options: GrpcStreamsOptions;
  readonly #open = new Set<OpenStream>();

  constructor(options: GrpcStreamsOptions) {
    this.#options = options;
  }

  methods(): StreamMethod[] {
    return [
      this.#method(streamMethods.watch, (stream) =>
        this.#watch(stream as OpenStream<WatchRequest, WatchResponse>),
      ),
      this.#method(streamMethods.leaseKeepAlive, (stream) =>
        this.#keepAlive(stream as OpenStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>),
      ),
    ];
  }

  /** Ends every stream, as when the server goes away. */
  stop(): void {
    for (const stream of this.#open) stream.fail(...storeErrors.stopped);
  }

  #method<Q, R>(
    method: { path: string; request: Codec<Q>; response: Codec<R> },
    serve: (stream: OpenStream) => (request: unknown) => void,
  ): StreamMethod {
    const counts = this.#options.counts.method(method.path, 'bidi_stream');
    return {
      path: method.path,
      request: method.request as Codec<unknown>,
      response: method.response as Codec<unknown>,
      handle: (call) => {
        this.#options.counts.countClient('stream', this.#options.clientVersion(call));
        const stream = new OpenStream(call, counts);
        this.#open.add(stream);
        stream.onEnd(() => this.#open.delete(stream));
        const receive = serve(stream);
        call.on('data', (request: unknown) => {
          counts.received++;
          if (request instanceof UnreadableRequest) stream.failWith(request.error);
          else receive(request);
        });
      },
    };
  }

  // A client that closes its half of a watch stream goes on hearing events: only its cancel, or ours, ends the stream.
  #watch(stream: OpenStream<WatchRequest, WatchResponse>): (request: unknown) => void {
    const { call } = stream;
    const input = this.#options.services.watch.open({
      send: (response) => stream.write(response),
      failed: (error) => stream.failWith(error),
    });
    stream.onEnd(() => input.close());
    call.on('drain', () => {
      input.drained();
      call.resume();
    });
    return (request) => {
      input.receive(request as WatchRequest);
      // Who doesn't read answers may not ask for more of them either.
      if (call.writableNeedDrain) call.pause();
    };
  }

  #keepAlive(stream: OpenStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>): (request: unknown) => void {
    const { call } = stream;
    const { lease } = this.#options.services;
    let underWay = 0;
    let isHalfClosed = false;
    let answered: Promise<void> = Promise.resolve();
    const finish = (): void => {
      if (isHalfClosed && underWay === 0) stream.end();
    };
    call.on('end', () => {
      isHalfClosed = true;
      finish();
    });
    return (request) => {
      underWay++;
      if (underWay >= maxRenewalsUnderWay) call.pause();
      // Renewed side by side, answered in order.
      const renewal = lease.keepAlive(request as LeaseKeepAliveRequest);
      const inOrder = answered;
      answered = (async () => {
        try {
          const [response] = await Promise.all([renewal, inOrder]);
          stream.write(response);
        } catch (error) {
          stream.failWith(toEtcdError(error));
        }
        underWay--;
        if (underWay < maxRenewalsUnderWay && call.isPaused()) call.resume();
        finish();
      })();
    };
  }
}

/** One stream and its end, which comes once: the client's cancel, the server's error, or a good end. */
class OpenStream<Q = unknown, R = unknown> {
  readonly call: ServerDuplexStream<Q, R>;
  readonly #counts: MethodCounts;
  readonly #onEnd: (() => void)[] = [];
  readonly #start = performance.now();
  #isOver = false;

  constructor(call: ServerDuplexStream<Q, R>, counts: MethodCounts) {
    this.call = call;
    this.#counts = counts;
    counts.started++;
    call.on('cancelled', () => this.#over(grpcCode.CANCELLED));
    call.on('error', () => this.#over(grpcCode.UNKNOWN));
    call.on('close', () => this.#over(grpcCode.CANCELLED));
  }

  onEnd(callback: () => void): void {
    this.#onEnd.push(callback);
  }

  /** False when the client should first read what it has been sent. */
  write(response: R): boolean {
    if (this.#isOver) return false;
    this.#counts.sent++;
    return this.call.write(response);
  }

  end(): void {
    if (this.#isOver) return;
    this.#over(grpcCode.OK);
    this.call.end();
  }

  fail(code: GrpcCode, details: string): void {
    if (this.#isOver) return;
    this.#over(code);
    this.call.emit('error', { code, details });
  }

  failWith({ code, message }: EtcdError): void {
    this.fail(code, message);
  }

  #over(code: GrpcCode): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#counts.end(code, performance.now() - this.#start);
    for (const callback of this.#onEnd) callback();
  }
}
