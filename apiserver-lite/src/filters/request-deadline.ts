import { parseGoDuration } from '@pg8s/k8s-proto/component-base/go-duration';
import type { Filter, RequestContext } from '../http/request-context.ts';
import type { RequestMetrics } from '../metrics/request-metrics.ts';
import { ServerRequest } from '../http/server-request.ts';
import { badRequest, StatusError } from '../api-errors/status-error.ts';
import { isLongRunning } from './request-info.ts';

export interface TimeLimits {
  /** The most that a request may take, and what it gets where it names no `timeout` itself. */
  requestTimeoutMs: number;
}

/**
 * Every request but the long-running ones is answered in time: after `?timeout=` (or the server's own limit,
 * whichever is less) its signal aborts and the client gets a 504. What the handler still does then is not
 * heard any more (Kubernetes: `endpoints/filters/request_deadline.go`, `server/filters/timeout.go`).
 */
export function limitTime({ requestTimeoutMs }: TimeLimits, metrics?: RequestMetrics): Filter {
  return (next) => (context) => {
    if (isLongRunning(context.requestInfo)) return next(context);
    const timeoutMs = Math.min(askedTimeoutMs(context) ?? requestTimeoutMs, requestTimeoutMs);
    context.deadlineMs = Date.now() + timeoutMs;
    return new Promise<void>((resolve, reject) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        metrics?.terminated(context, 504);
        const error = deadlineExceeded();
        if (context instanceof ServerRequest) context.cancel(error);
        reject(error);
      }, timeoutMs);
      // A late answer or failure finds the promise settled, and is dropped.
      next(context)
        .then(
          () => {
            if (late) metrics?.endedLate('ok');
            resolve();
          },
          (error: unknown) => {
            if (late) metrics?.endedLate('error');
            reject(error);
          },
        )
        .finally(() => clearTimeout(timer));
    });
  };
}

function askedTimeoutMs(context: RequestContext): number | undefined {
  if (context.url.search === '') return undefined;
  const value = context.url.searchParams.get('timeout');
  if (value === null || value === '') return undefined;
  const timeoutMs = parseGoDuration(value);
  if (timeoutMs === undefined) {
    throw badRequest(
      `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(value)}`,
    );
  }
  return timeoutMs <= 0 ? undefined : timeoutMs;
}

function deadlineExceeded(): StatusError {
  return new StatusError(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {});
}
