import { grpcCode, type GrpcCode } from '../../etcdserverpb/etcd-error.ts';

const codeNames: readonly string[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

/** Upper bounds of the buckets for the time a call takes, in seconds (go-grpc-prometheus' own). */
export const handlingBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

type MethodType = 'unary' | 'server_stream' | 'bidi_stream';

/**
 * What happened to the calls of one method: plain numbers, cheap to change, turned into metrics when scraped.
 */
export class MethodCounts {
  readonly service: string;
  readonly method: string;
  readonly type: MethodType;
  started = 0;
  received = 0;
  sent = 0;
  readonly handled: number[] = codeNames.map(() => 0);
  handlingSeconds = 0;
  /** Calls by the first bucket they fit in; the last is for those beyond all. */
  readonly handlingBuckets: number[] = Array.from({ length: handlingBucketsSeconds.length + 1 }, () => 0);

  constructor(path: string, type: MethodType) {
    const [, service = '', method = ''] = path.split('/');
    this.service = service;
    this.method = method;
    this.type = type;
  }

  /** The call is over. */
  end(code: GrpcCode, durationMs: number): void {
    this.handled[code] = (this.handled[code] ?? 0) + 1;
    const seconds = durationMs / 1000;
    this.handlingSeconds += seconds;
    let bucket = 0;
    while (bucket < handlingBucketsSeconds.length && seconds > (handlingBucketsSeconds[bucket] as number))
      bucket++;
    this.handlingBuckets[bucket] = (this.handlingBuckets[bucket] ?? 0) + 1;
  }
}

/** All methods of one server, and its bytes. */
export class CallCounts {
  readonly #methods = new Map<string, MethodCounts>();
  receivedBytes = 0;
  sentBytes = 0;
  readonly #clients = {
    unary: new Map<string, { count: number }>(),
    stream: new Map<string, { count: number }>(),
  };
  readonly #others = { unary: { count: 0 }, stream: { count: 0 } };

  /** The counts of this method: the same ones for every way in. */
  method(path: string, type: MethodType): MethodCounts {
    let counts = this.#methods.get(path);
    if (counts === undefined) this.#methods.set(path, (counts = new MethodCounts(path, type)));
    return counts;
  }

  get methods(): readonly MethodCounts[] {
    return [...this.#methods.values()];
  }

  /** Counts a client's stated version; at most some dozens of them, for it is the client's own words. */
  countClient(type: 'unary' | 'stream', version: string): void {
    let counter = this.#clients[type].get(version);
    if (counter === undefined) {
      counter = this.#clients.unary.size + this.#clients.stream.size < 64 ? { count: 0 } : this.#others[type];
      // Who is not among them is looked for each time, and not remembered.
      if (counter !== this.#others[type]) this.#clients[type].set(version, counter);
    }
    counter.count++;
  }

  /** By kind and by the version that the client says it has. */
  get clientRequests(): Map<string, number> {
    const requests = new Map<string, number>();
    for (const type of ['unary', 'stream'] as const) {
      for (const [version, { count }] of this.#clients[type]) requests.set(`${type} ${version}`, count);
      if (this.#others[type].count > 0) requests.set(`${type} other`, this.#others[type].count);
    }
    return requests;
  }
}

/** As go-grpc-prometheus names the codes. */
export function codeName(code: number): string {
  return codeNames[code] ?? (codeNames[grpcCode.UNKNOWN] as string);
}
