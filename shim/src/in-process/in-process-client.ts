import type {
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  WatchRequest,
  WatchResponse,
} from '../etcdserverpb/types.ts';
import { toEtcdError } from '../rpc/etcd-errors.ts';
import type { MethodCounts } from '../rpc/monitoring/call-counts.ts';
import { unaryMethod } from '../rpc/methods/bind-methods.ts';
import type { PathOf, RequestOf, ResponseOf } from '../rpc/methods/methods.ts';
import { type CallObservers, observeUnary } from '../rpc/server/observe-unary.ts';
import type { Services } from '../rpc/services.ts';
import type { CallOptions, EtcdClient, WatchStream } from '../client/etcd-client.ts';
import { EtcdError, type GrpcCode, grpcCode } from '../etcdserverpb/etcd-error.ts';
import { ResponseQueue } from '../client/response-queue.ts';

/** What the request log calls the client in this process. */
const caller = { remote: () => 'in-process', sender: 'trusted' } as const;

/**
 * A client of the services in this very process: the same answers and the same errors as over gRPC, and
 * counted and logged alike, without a connection and without a copy. What is passed and what is returned is
 * shared: nobody may change it afterwards.
 */
export function createInProcessClient(services: Services, observers: CallObservers): EtcdClient {
  const { watch, lease } = services;
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
        // The error is made when it is due, and that is hardly ever: its stack costs more than the rest of
        // the call.
        timer = setTimeout(() => fail(deadlineExceeded()), options.timeoutMs);
      }
      options?.signal?.addEventListener('abort', onAbort, { once: true });
      answer().then((response) => {
        finish();
        resolve(response);
      }, fail);
    });
  }

  /** The method at that path as a method of the client. */
  function unary<Path extends PathOf<'unary'>>(
    path: Path,
  ): (request: RequestOf<Path>, options: CallOptions | undefined) => Promise<ResponseOf<Path>> {
    const answer = observeUnary(unaryMethod(services, path), observers);
    return (request, options) => call(() => answer(request, caller), options);
  }

  /** As a stream of one message. */
  async function renew(request: LeaseKeepAliveRequest): Promise<LeaseKeepAliveResponse> {
    const start = performance.now();
    let code: GrpcCode = grpcCode.OK;
    renewalCounts.started++;
    renewalCounts.received++;
    try {
      const response = await lease.keepAlive(request);
      renewalCounts.sent++;
      return response;
    } catch (error) {
      ({ code } = toEtcdError(error));
      throw error;
    } finally {
      renewalCounts.end(code, performance.now() - start);
    }
  }

  const renewalCounts = observers.counts.method('/etcdserverpb.Lease/LeaseKeepAlive', 'bidi_stream');
  const leases = unary('/etcdserverpb.Lease/LeaseLeases');
  const status = unary('/etcdserverpb.Maintenance/Status');
  const memberList = unary('/etcdserverpb.Cluster/MemberList');
  const watchCounts = observers.counts.method('/etcdserverpb.Watch/Watch', 'bidi_stream');
  return {
    range: unary('/etcdserverpb.KV/Range'),
    put: unary('/etcdserverpb.KV/Put'),
    deleteRange: unary('/etcdserverpb.KV/DeleteRange'),
    txn: unary('/etcdserverpb.KV/Txn'),
    compact: unary('/etcdserverpb.KV/Compact'),
    watch() {
      if (isClosed) throw canceled('the client is closed');
      const stream = new InProcessWatchStream(watch, watchCounts, () => streams.delete(stream));
      streams.add(stream);
      return stream;
    },
    leaseGrant: unary('/etcdserverpb.Lease/LeaseGrant'),
    leaseRevoke: unary('/etcdserverpb.Lease/LeaseRevoke'),
    leaseKeepAlive: (request, options) => call(() => renew(request), options),
    leaseTimeToLive: unary('/etcdserverpb.Lease/LeaseTimeToLive'),
    leases: (options) => leases({}, options),
    status: (options) => status({}, options),
    memberList: (options) => memberList({ linearizable: true }, options),
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
  readonly #counts: MethodCounts;
  readonly #start = performance.now();
  readonly #onClose: () => void;
  #isOver = false;

  constructor(watch: Services['watch'], counts: MethodCounts, onClose: () => void) {
    this.#counts = counts;
    this.#onClose = onClose;
    this.#queue = new ResponseQueue(() => this.#input.drained());
    counts.started++;
    this.#input = watch.open(
      {
        send: (response) => {
          counts.sent++;
          return this.#queue.push(response);
        },
        failed: (error) => this.break(error),
      },
      { takesBatches: true },
    );
  }

  send(request: WatchRequest): void {
    this.#counts.received++;
    this.#input.receive(request);
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchResponse> {
    return this.#queue[Symbol.asyncIterator]();
  }

  close(): void {
    this.#input.close();
    this.#queue.discard();
    this.#over(grpcCode.CANCELLED);
  }

  /** The reader gets this error after what was sent before. */
  break(error: EtcdError): void {
    this.#input.close();
    this.#queue.end(error);
    this.#over(error.code);
  }

  #over(code: GrpcCode): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#counts.end(code, performance.now() - this.#start);
    this.#onClose();
  }
}

function deadlineExceeded(): EtcdError {
  return new EtcdError(grpcCode.DEADLINE_EXCEEDED, 'context deadline exceeded');
}

function canceled(message: string): EtcdError {
  return new EtcdError(grpcCode.CANCELLED, message);
}
