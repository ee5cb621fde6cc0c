import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import { EtcdError, type GrpcCode, grpcCode } from '../../etcdserverpb/etcd-error.ts';

/** One gRPC call with messages as bytes. */
export interface LoopbackCall {
  send(message: Uint8Array): void;
  /** No more requests. */
  end(): void;
  cancel(): void;
  /** Its responses; throws the EtcdError that the call ends with. */
  readonly responses: AsyncIterable<Buffer>;
}

/** What may wait for a client of the gateway that does not read, for each of its streams. */
const windowBytes = 512 * 1024;

/**
 * gRPC to the server in this process, over a connection that never leaves it: whatever holds for requests
 * over gRPC (tokens, limits, metrics, the log) holds for those that come in by the gateway.
 */
export class Loopback {
  readonly #inject: (connection: Duplex) => void;
  #session: ClientHttp2Session | undefined;

  constructor(inject: (connection: Duplex) => void) {
    this.#inject = inject;
  }

  /** Begins a call. `token` is what `Authenticate` has answered. */
  call(path: string, token: string | undefined): LoopbackCall {
    const stream = this.#connected().request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(token === undefined ? {} : { token }),
    });
    // The error reaches the reader of the stream.
    stream.on('error', () => {});
    const call = new Call(stream);
    return {
      send(message) {
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(message.length, 1);
        stream.write(prefix);
        stream.write(message);
      },
      end: () => void stream.end(),
      cancel: () => stream.close(),
      responses: call.responses(stream),
    };
  }

  close(): void {
    this.#session?.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#session !== undefined && !this.#session.closed && !this.#session.destroyed)
      return this.#session;
    const [ours, theirs] = duplexPair();
    this.#inject(theirs);
    const session = connect('http://in-process', {
      createConnection: () => ours,
      settings: { initialWindowSize: windowBytes },
    });
    session.on('connect', () => session.setLocalWindowSize(windowBytes));
    session.on('error', () => session.destroy());
    this.#session = session;
    return session;
  }
}

class Call {
  #status: EtcdError | 'OK' | undefined;

  constructor(stream: ClientHttp2Stream) {
    stream.on('response', (headers) => this.#take(headers));
    stream.on('trailers', (headers) => this.#take(headers));
  }

  async *responses(stream: ClientHttp2Stream): AsyncGenerator<Buffer, void, undefined> {
    let rest: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        while (rest.length >= 5) {
          const end = 5 + rest.readUInt32BE(1);
          if (rest.length < end) break;
          yield rest.subarray(5, end);
          rest = rest.subarray(end);
        }
      }
    } catch (error) {
      this.#status ??= new EtcdError(grpcCode.UNAVAILABLE, (error as Error).message);
    }
    if (this.#status !== 'OK') {
      throw this.#status ?? new EtcdError(grpcCode.UNAVAILABLE, 'the connection was lost');
    }
  }

  #take(headers: IncomingHttpHeaders): void {
    const status = headers['grpc-status'];
    if (status === undefined) return;
    const message = decodeURIComponent(String(headers['grpc-message'] ?? ''));
    this.#status = status === '0' ? 'OK' : new EtcdError(Number(status) as GrpcCode, message);
  }
}
