import type { handleBidiStreamingCall, handleServerStreamingCall, Metadata } from '@grpc/grpc-js';
import type { Codec } from '../../etcdserverpb/codec/codec.ts';
import type { ReflectionRequest } from '../../etcdserverpb/messages/reflection-messages.ts';
import type {
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  WatchRequest,
  WatchResponse,
} from '../../etcdserverpb/types.ts';
import type { CallCounts } from '../monitoring/call-counts.ts';
import { storeErrors, toEtcdError } from '../etcd-errors.ts';
import type { EtcdError } from '../../etcdserverpb/etcd-error.ts';
import { GrpcCredentials } from '../authorization/grpc-credentials.ts';
import type { HeldMemory } from '../connection/held-memory.ts';
import { AuthorizedWatch } from '../watch/authorized-watch.ts';
import { keepAliveAccess } from '../lease/lease-methods.ts';
import { type ServerStreamMethod, serverStreamMethods } from '../methods/bind-methods.ts';
import { methodDescriptions, methods, type PathOf } from '../methods/methods.ts';
import { OpenStream } from './open-stream.ts';
import { DescriptorPool } from '../reflection/descriptor-pool.ts';
import { ReflectionSession } from '../reflection/reflection-session.ts';
import type { Services } from '../services.ts';
import { UnreadableRequest } from './unreadable-request.ts';

export interface GrpcStreamsOptions {
  services: Services;
  counts: CallCounts;
  held: HeldMemory;
  clientVersion: (call: { metadata: Metadata }) => string;
}

interface StreamCodecs {
  readonly path: string;
  readonly request: Codec<unknown>;
  readonly response: Codec<unknown>;
}

type StreamMethod =
  | (StreamCodecs & { type: 'bidi'; handle: handleBidiStreamingCall<unknown, unknown> })
  | (StreamCodecs & { type: 'serverStream'; handle: handleServerStreamingCall<unknown, unknown> });

/** So many KeepAlives of one stream are renewed at once; the stream is not read further before. */
const maxRenewalsUnderWay = 64;

/** The streaming methods on grpc-js, and all streams that are open. */
export class GrpcStreams {
  readonly #options: GrpcStreamsOptions;
  readonly #open = new Set<Pick<OpenStream, 'fail'>>();
  /** Made for the first who asks. */
  #pool: DescriptorPool | undefined;

  constructor(options: GrpcStreamsOptions) {
    this.#options = options;
  }

  methods(): StreamMethod[] {
    return [
      this.#method('/etcdserverpb.Watch/Watch', (stream) =>
        this.#watch(stream as OpenStream<WatchRequest, WatchResponse>),
      ),
      this.#method('/etcdserverpb.Lease/LeaseKeepAlive', (stream) =>
        this.#keepAlive(stream as OpenStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>),
      ),
      this.#method('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', (stream) =>
        this.#reflect(stream),
      ),
      this.#method('/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', (stream) =>
        this.#reflect(stream),
      ),
      ...serverStreamMethods(this.#options.services).map((method) => this.#serverStream(method)),
    ];
  }

  /** Ends every stream, as when the server goes away. */
  stop(): void {
    for (const stream of this.#open) stream.fail(...storeErrors.stopped);
  }

  #method(
    path: PathOf<'bidirectional'>,
    serve: (stream: OpenStream) => (request: unknown) => void,
  ): StreamMethod {
    const method = methods[path];
    const counts = this.#options.counts.method(path, 'bidi_stream');
    return {
      type: 'bidi',
      path,
      request: method.request as Codec<unknown>,
      response: method.response as Codec<unknown>,
      handle: (call) => {
        this.#options.counts.countClient('stream', this.#options.clientVersion(call));
        const stream = new OpenStream({
          call,
          counts,
          codec: method.response as Codec<unknown>,
          held: this.#options.held,
        });
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

  #serverStream({ path, request, response, call: answer }: ServerStreamMethod): StreamMethod {
    const counts = this.#options.counts.method(path, 'server_stream');
    const handle: handleServerStreamingCall<unknown, unknown> = async (call) => {
      this.#options.counts.countClient('stream', this.#options.clientVersion(call));
      counts.received++;
      const { held } = this.#options;
      const stream = new OpenStream<unknown, unknown, typeof call>({ call, counts, codec: response, held });
      this.#open.add(stream);
      stream.onEnd(() => this.#open.delete(stream));
      if (call.request instanceof UnreadableRequest) return stream.failWith(call.request.error);
      const over = new AbortController();
      let goOn: () => void = () => {};
      const drained = (): Promise<void> => new Promise((resolve) => (goOn = resolve));
      stream.onDrain(() => goOn());
      stream.onEnd(() => {
        over.abort();
        goOn();
      });
      try {
        for await (const message of answer(call.request, new GrpcCredentials(call), over.signal)) {
          // Nothing is produced for a client that does not read, nor for one that is gone.
          if (!stream.write(message) && !stream.isOver) {
            await drained();
          }
          if (stream.isOver) break;
        }
        stream.end();
      } catch (error) {
        stream.failWith(toEtcdError(error));
      }
    };
    return { type: 'serverStream', path, request, response, handle };
  }

  // A client that closes its half of a watch stream goes on hearing events: only its cancel, or ours, ends
  // the stream.
  #watch(stream: OpenStream<WatchRequest, WatchResponse>): (request: unknown) => void {
    const { call } = stream;
    const output = {
      send: (response: WatchResponse) => stream.write(response),
      failed: (error: EtcdError) => stream.failWith(error),
    };
    const { watch, authorizer } = this.#options.services;
    const input = new AuthorizedWatch({
      input: watch.open(output),
      output,
      authorizer,
      sender: new GrpcCredentials(call),
    });
    stream.onEnd(() => input.close());
    stream.onDrain(() => {
      input.drained();
      call.resume();
    });
    return (request) => {
      input.receive(request as WatchRequest);
      // Who doesn't read answers may not ask for more of them either.
      if (stream.isFull) call.pause();
    };
  }

  #keepAlive(stream: OpenStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>): (request: unknown) => void {
    const { call } = stream;
    const { lease, authorizer } = this.#options.services;
    const sender = new GrpcCredentials(call);
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
      const renewal = authorizer.authorize(
        keepAliveAccess,
        { request: request as LeaseKeepAliveRequest, sender },
        ({ checkAccess }) => lease.keepAlive(request as LeaseKeepAliveRequest, checkAccess),
      );
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

  #reflect(stream: OpenStream): (request: unknown) => void {
    const { call } = stream;
    this.#pool ??= new DescriptorPool(methodDescriptions);
    const session = new ReflectionSession(this.#pool);
    call.on('end', () => stream.end());
    stream.onDrain(() => call.resume());
    return (request) => {
      try {
        if (!stream.write(session.answer(request as ReflectionRequest))) call.pause();
      } catch (error) {
        stream.failWith(toEtcdError(error));
      }
    };
  }
}
