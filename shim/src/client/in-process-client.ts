import type { WatchRequest, WatchResponse } from '../etcdserverpb/types.ts';
import { toEtcdError } from '../rpc/etcd-errors.ts';
import type { Services } from '../rpc/services.ts';
import type { CallOptions, EtcdClient, WatchStream } from './etcd-client.ts';
import { EtcdError, grpcCode } from './etcd-error.ts';
import { ResponseQueue } from './response-queue.ts';

/**
 * A client of the services in this very process: the same answers and the same errors as over gRPC, without a
 * connection and without a copy. What is passed and what is returned is shared: nobody may change it afterwards.
 */
export function createInProcessClient({ kv, watch, lease, maintenance, cluster }: Services): EtcdClient {
  const underWay = new Set<(error: EtcdError) => void>();
  const streams = new Set<InProcessWatchStream>();
  let isClosed = false;

  function call<T>(answer: () => Promise<T>, options: CallOptions | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (isClosed) return reject(canceled('the client is closed'));
      if (options?.signal?.aborted) return reject(canceled('context canceled'));
      let timer: NodeJS.Timeout | undefined;
      const onAbort = (): void => fail(canceled('context canceled'));
      const finish = (): void => {
        underWay.delete(fail);
        if (timer !== undefined) clearTimeout(timer);
        options?.signal?.removeEventListener('abort', onAbort);
      };
      const fail = (error: unknown): void => {
        finish();
        reject(toEtcdError(error));
      };
      underWay.add(fail);
      if (options?.timeoutMs !== undefined) {
        const late = new EtcdError(grpcCode.DEADLINE_EXCEEDED, 'context deadline exceeded');
        timer = setTimeout(() => fail(late), options.timeoutMs);
      }
      options?.signal?.addEventListener('abort', onAbort, { once: true });
      answer().then((response) => {
        finish();
        resolve(response);
      }, fail);
    });
  }

  return {
    range: (request, options) => call(() => kv.range(request), options),
    put: (request, options) => call(() => kv.put(request), options),
    deleteRange: (request, options) => call(() => kv.deleteRange(request), options),
    txn: (request, options) => call(() => kv.txn(request), options),
    compact: (request, options) => call(() => kv.compact(request), options),
    watch() {
      if (isClosed) throw canceled('the client is closed');
      const stream = new InProcessWatchStream(watch, () => streams.delete(stream));
      streams.add(stream);
      return stream;
    },
    leaseGrant: (request, options) => call(() => lease.grant(request), options),
    leaseRevoke: (request, options) => call(() => lease.revoke(request), options),
    leaseKeepAlive: (request, options) => call(() => lease.keepAlive(request), options),
    leaseTimeToLive: (request, options) => call(() => lease.timeToLive(request), options),
    leases: (options) => call(() => lease.leases(), options),
    status: (options) => call(() => maintenance.status(), options),
    memberList: (options) => call(() => cluster.memberList({ linearizable: true }), options),
    close() {
      isClosed = true;
      for (const fail of underWay) fail(canceled('the client is closed'));
      for (const stream of streams) stream.break(canceled('the client is closed'));
    },
  };
}

class InProcessWatchStream implements WatchStream {
  readonly #input: ReturnType<Services['watch']['open']>;
  readonly #queue: ResponseQueue<WatchResponse>;
  readonly #onClose: () => void;

  constructor(watch: Services['watch'], onClose: () => void) {
    this.#onClose = onClose;
    this.#queue = new ResponseQueue(() => this.#input.drained());
    this.#input = watch.open({
      send: (response) => this.#queue.push(response),
      failed: (error) => this.break(error),
    });
  }

  send(request: WatchRequest): void {
    this.#input.receive(request);
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchResponse> {
    return this.#queue[Symbol.asyncIterator]();
  }

  close(): void {
    this.#input.close();
    this.#queue.discard();
    this.#onClose();
  }

  /** The reader gets this error after what was sent before. */
  break(error: EtcdError): void {
    this.#input.close();
    this.#queue.end(error);
    this.#onClose();
  }
}

function canceled(message: string): EtcdError {
  return new EtcdError(grpcCode.CANCELLED, message);
}
