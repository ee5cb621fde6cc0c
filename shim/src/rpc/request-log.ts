import type { Logger } from 'pino';
import { type Codec, encodedSize } from '../etcdserverpb/codec.ts';
import { requestOp } from '../etcdserverpb/kv-messages.ts';
import type {
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../etcdserverpb/types.ts';
import { deleteRangeText, putText, rangeText, txnText } from './request-text.ts';

/** One finished unary call. */
export interface FinishedCall {
  /** `/etcdserverpb.KV/Txn` */
  readonly path: string;
  readonly remote: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly request: unknown;
  readonly requestCodec: Codec<unknown>;
  /** Undefined when the call failed. */
  readonly response: unknown;
  readonly responseCodec: Codec<unknown>;
}

interface Stats {
  requestCount: number;
  requestSize: number;
  responseCount: number;
  content: string;
}

type Describe = (request: never, response: never, size: () => number) => Stats;

const describe: Readonly<Record<string, Describe>> = {
  '/etcdserverpb.KV/Range': (request: RangeRequest, response: RangeResponse | undefined, size) => ({
    requestCount: 0,
    requestSize: size(),
    responseCount: response?.count ?? 0,
    content: rangeText(request),
  }),
  '/etcdserverpb.KV/Put': (request: PutRequest, _response, size) => ({
    requestCount: 1,
    requestSize: size(),
    responseCount: 0,
    content: putText(request),
  }),
  '/etcdserverpb.KV/DeleteRange': (
    request: DeleteRangeRequest,
    response: DeleteRangeResponse | undefined,
    size,
  ) => ({
    requestCount: 0,
    requestSize: size(),
    responseCount: response?.deleted ?? 0,
    content: deleteRangeText(request),
  }),
  // What counts is the branch that was taken.
  '/etcdserverpb.KV/Txn': (request: TxnRequest, response: TxnResponse | undefined) => {
    const taken = (response?.succeeded ? request.success : request.failure) ?? [];
    return {
      requestCount: taken.length,
      requestSize: taken.reduce((bytes, operation) => bytes + encodedSize(requestOp, operation), 0),
      responseCount: 0,
      content: txnText(request),
    };
  },
};

/** Tells of finished calls. */
export interface RequestLog {
  /** Whether a call that took so long is told of: asked first, so that all others cost nothing. */
  wants(durationMs: number): boolean;
  write(call: FinishedCall): void;
}

/**
 * One line per call at level debug, and at level warn for those slower than `slowMs` (etcd: `api/v3rpc/interceptor.go`,
 * whose field names these are). Values are never shown, only their sizes.
 */
export function createRequestLog(log: Logger, slowMs: number): RequestLog {
  return {
    wants: (durationMs) => durationMs > slowMs || log.isLevelEnabled('debug'),
    write(call) {
      const fields = requestStats(call);
      if (log.isLevelEnabled('debug')) log.debug(fields, 'request stats');
      else log.warn(fields, 'request stats');
    },
  };
}

function requestStats(call: FinishedCall): Record<string, unknown> {
  const { path, request, response, requestCodec, responseCodec } = call;
  const stats = describe[path]?.(request as never, response as never, () =>
    encodedSize(requestCodec, request),
  );
  const noSize = stats === undefined ? -1 : 0;
  return {
    'start time': new Date(call.startMs).toISOString(),
    'time spent': `${call.durationMs.toFixed(3)}ms`,
    remote: call.remote,
    'response type': path,
    'request count': stats?.requestCount ?? -1,
    'request size': stats?.requestSize ?? -1,
    'response count': stats?.responseCount ?? -1,
    'response size':
      stats !== undefined && response !== undefined ? encodedSize(responseCodec, response) : noSize,
    'request content': stats?.content ?? '',
  };
}
