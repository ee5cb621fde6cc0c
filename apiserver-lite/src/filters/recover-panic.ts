import { breathe } from '../http/breathe.ts';
import type { Filter, RequestContext } from '../http/request-context.ts';
import { sendError } from '../http/respond.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import type { StatusEncoder } from '../http/respond.ts';
import { StatusError } from '../api-errors/status-error.ts';

/**
 * Turns what a handler throws into the Status that the client sees. What is no StatusError is our own fault:
 * a 500, and an error in the log. An answer that had begun cannot be taken back; its connection is cut, so
 * that the client does not take the part for the whole.
 */
export function recoverPanic(encode?: StatusEncoder, metrics?: RequestMetrics): Filter {
  return (next) => async (context) => {
    try {
      await next(context);
    } catch (error) {
      if (!(error instanceof StatusError) && !context.signal.aborted) logFailure(context, error);
      await breathe();
      if (context.response.headersSent) {
        metrics?.aborted(context);
        context.response.destroy();
        await context.audit?.panicked(error);
      } else await sendError(context, error, encode);
    }
  };
}

function logFailure(context: RequestContext, error: unknown): void {
  const { auditId, requestInfo, user } = context;
  context.log.error(
    { err: error, auditId, verb: requestInfo.verb, path: requestInfo.path, user: user.name },
    'request failed',
  );
}
