import type { Filter, RequestContext } from '../http/request-context.ts';
import { fieldValidationLabel } from '../metrics/request-metrics.ts';

/**
 * Counts and times every answer of an endpoint, and logs every request at level debug as kube-apiserver does
 * with `-v=3`.
 */
export function observe(now: () => number = Date.now): Filter {
  return (next) => async (context) => {
    try {
      await next(context);
    } finally {
      const { counter, response } = context;
      const elapsedMs = now() - context.receivedAt;
      const code = response.statusCode;
      counter?.answered({
        code,
        seconds: elapsedMs / 1000,
        waitedSeconds: (context.waitedMs ?? 0) / 1000,
        bytes: context.sentBytes ?? 0,
        fieldValidation: fieldValidationLabel(context),
      });
      if (context.log.isLevelEnabled('debug')) logRequest(context, code, elapsedMs);
    }
  };
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
