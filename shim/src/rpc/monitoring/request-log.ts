import type { Logger } from 'pino';
import { type Codec, encodedSize } from '../../etcdserverpb/codec/codec.ts';
import { requestOp } from '../../etcdserverpb/messages/kv-messages.ts';
import type {
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  RangeRequest,
  RangeResponse,
  TxnRequest,
  TxnResponse,
} from '../../etcdserverpb/types.ts';
import { goDuration, goTime } from './go-time.ts';
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

/** How long a call took. */
export interface CallTimes {
  /** From its request to its response. */
  readonly durationMs: number;
  /**
   * How much of that this thread had nothing to do, for all its work waited for others: for the database.
   * What is left went into this call and into whatever else the thread had to do meanwhile.
   */
  readonly waitedMs: number;
}

/** Tells of finished calls. */
export interface RequestLog {
  /** Whether a call that took so long is logged: asked first, so that all others cost nothing. */
  wants(times: CallTimes): boolean;
  write(call: FinishedCall): void;
}

export interface RequestLogOptions {
  log: Logger;
  /** Slower calls are worth a warning: etcd's --warning-unary-request-duration. */
  slowMs: number;
  /** Calls `work` once after so long. */
  later?: (work: () => void, afterMs: number) => void;
}

/** In so long at most so many slow calls are shown one by one. */
const windowMs = 10_000;
const maxShown = 10;

/**
 * One line per call at level debug, and at level warn for those that were slow (etcd:
 * `api/v3rpc/interceptor.go`, whose field names these are). Values are never shown, only their sizes.
 *
 * etcd's threshold is meant for slow disks, so slow here is a call that waited for the database for so long.
 * A process that has more work than time is late with thousands of calls at once: they are counted, and
 * logged in one line. So are slow calls beyond the first few (etcd leaves out most of what repeats, too).
 */
export function createRequestLog({ log, slowMs, later = laterUnref }: RequestLogOptions): RequestLog {
  let shown = 0;
  let notShown = 0;
  let late = 0;
  let longestLateMs = 0;
  let isCounting = false;

  const tell = (): void => {
    if (notShown > 0) log.warn({ requests: notShown }, 'more requests were slow than are shown');
    if (late > 0) {
      const fields = { requests: late, 'longest time spent': goDuration(longestLateMs) };
      log.warn(fields, 'requests were late because this process was busy');
    }
    shown = notShown = late = longestLateMs = 0;
    isCounting = false;
  };
  const count = (): void => {
    if (isCounting) return;
    isCounting = true;
    later(tell, windowMs);
  };

  return {
    wants({ durationMs, waitedMs }) {
      if (log.isLevelEnabled('debug')) return true;
      if (durationMs <= slowMs) return false;
      count();
      if (waitedMs <= slowMs) {
        late++;
        longestLateMs = Math.max(longestLateMs, durationMs);
        return false;
      }
      if (shown === maxShown) {
        notShown++;
        return false;
      }
      shown++;
      return true;
    },
    write(call) {
      const fields = requestStats(call);
      if (log.isLevelEnabled('debug')) log.debug(fields, 'request stats');
      else log.warn(fields, 'request stats');
    },
  };
}

function laterUnref(work: () => void, afterMs: number): void {
  setTimeout(work, afterMs).unref();
}

function requestStats(call: FinishedCall): Record<string, unknown> {
  const { path, request, response, requestCodec, responseCodec } = call;
  const stats = describe[path]?.(request as never, response as never, () =>
    encodedSize(requestCodec, request),
  );
  const noSize = stats === undefined ? -1 : 0;
  return {
    'start time': goTime(call.startMs),
    'time spent': goDuration(call.durationMs),
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
