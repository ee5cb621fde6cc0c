import { type EtcdError, type GrpcCode, grpcCode } from '../../etcdserverpb/etcd-error.ts';
import type { CallCounts } from '../monitoring/call-counts.ts';
import { toEtcdError } from '../etcd-errors.ts';
import type { Sender } from '../authorization/authorizer.ts';
import type { UnaryMethod } from '../methods/bind-methods.ts';
import type { RequestLog } from '../monitoring/request-log.ts';
import { UnreadableRequest } from './unreadable-request.ts';

/** Who watches the calls, whatever way they come in. */
export interface CallObservers {
  readonly counts: CallCounts;
  readonly logRequest: RequestLog;
  /** Milliseconds in which this thread had nothing to do, since it began. */
  readonly idleMs?: () => number;
}

/** Where a call comes from: for the log, and for the authorizer. */
export interface Caller {
  /** The client's address. */
  remote(): string;
  readonly sender: Sender;
}

/** Calls the method; rejects with an EtcdError and nothing else. */
export type ObservedCall<Request, Response> = (
  request: Request | UnreadableRequest,
  caller: Caller,
  signal?: AbortSignal,
) => Promise<Response>;

/** The method, whose every call is counted, and logged where the log wants it. */
export function observeUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  { counts, logRequest, idleMs = () => performance.eventLoopUtilization().idle }: CallObservers,
): ObservedCall<Request, Response> {
  const methodCounts = counts.method(method.path, 'unary');
  return async (request, caller, signal) => {
    const start = performance.now();
    const idleBefore = idleMs();
    methodCounts.started++;
    methodCounts.received++;
    let response: Response | undefined;
    let code: GrpcCode = grpcCode.OK;
    try {
      if (request instanceof UnreadableRequest) throw request.error;
      response = await method.call(request, caller.sender, signal);
      methodCounts.sent++;
      return response;
    } catch (thrown) {
      const error: EtcdError = toEtcdError(thrown);
      code = error.code;
      throw error;
    } finally {
      const durationMs = performance.now() - start;
      methodCounts.end(code, durationMs);
      const isReadable = !(request instanceof UnreadableRequest);
      if (isReadable && logRequest.wants({ durationMs, waitedMs: idleMs() - idleBefore })) {
        logRequest.write({
          path: method.path,
          remote: caller.remote(),
          startMs: Date.now() - durationMs,
          durationMs,
          request,
          requestCodec: method.request,
          response,
          responseCodec: method.response,
        });
      }
    }
  };
}
