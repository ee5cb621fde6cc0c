import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import type { WatchRequest, WatchResponse } from '../etcdserverpb/types.ts';
import type { WatchStream } from './etcd-client.ts';
import { EtcdError, type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import { ResponseQueue } from './response-queue.ts';

/**
 * A watch stream over gRPC. While nobody reads, grpc-js stops reading too, and HTTP/2 holds the server back.
 */
export class GrpcWatchStream implements WatchStream {
  readonly #call: ClientDuplexStream<WatchRequest, WatchResponse>;
  readonly #queue: ResponseQueue<WatchResponse>;

  constructor(call: ClientDuplexStream<WatchRequest, WatchResponse>) {
    this.#call = call;
    this.#queue = new ResponseQueue(() => call.resume());
    call.on('data', (response: WatchResponse) => {
      if (!this.#queue.push(response)) call.pause();
    });
    call.on('error', ({ code, details }: ServiceError) => {
      this.#queue.end(new EtcdError(code as GrpcCode, details));
    });
    call.on('end', () =>
      this.#queue.end(new EtcdError(grpcCode.UNAVAILABLE, 'the server ended the watch stream')),
    );
  }

  send(request: WatchRequest): void {
    this.#call.write(request);
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchResponse> {
    return this.#queue[Symbol.asyncIterator]();
  }

  close(): void {
    this.#queue.discard();
    this.#call.cancel();
  }
}
