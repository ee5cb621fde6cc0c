import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { Filter, RequestContext } from '../http/request-context.ts';
import { StatusError } from '../api-errors/status-error.ts';
import { isLongRunning } from './request-info.ts';

/** Counts and times every request, and logs it at level debug as kube-apiserver does with `-v=3`. */
export function observe(metrics: ServerMetrics, now: () => number = Date.now): Filter {
  return (next) => async (context) => {
    const longRunning = isLongRunning(context.requestInfo);
    if (longRunning) metrics.longRunning(context, 1);
    let failure: unknown;
    try {
      await next(context);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      if (longRunning) metrics.longRunning(context, -1);
      const code = codeOf(context, failure);
      const elapsedMs = now() - context.receivedAt;
      metrics.answered(context, code, elapsedMs / 1000, longRunning);
      if (context.log.isLevelEnabled('debug')) logRequest(context, code, elapsedMs);
    }
  };
}

function codeOf(context: RequestContext, failure: unknown): number {
  if (failure === undefined || context.response.headersSent) return context.response.statusCode;
  return failure instanceof StatusError ? failure.status.code : 500;
}

function logRequest(context: RequestContext, code: number, elapsedMs: number): void {
  const { request, requestInfo, auditId, user, url } = context;
  context.log.debug(
    {
      verb: requestInfo.verb,
      uri: url.pathname + url.search,
      code,
      latencyMs: elapsedMs,
      userAgent: request.headers['user-agent'],
      auditId,
      user: user.name,
    },
    'HTTP',
  );
}
