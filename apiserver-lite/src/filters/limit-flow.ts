import type { ServerMetrics } from '../server/metrics.ts';
import type { Filter } from '../server/request-context.ts';
import { responseOf } from '../server/request-scope.ts';
import { sendText } from '../server/respond.ts';
import { mastersGroup } from './authentication/authenticator.ts';
import { isLongRunning } from './request-info.ts';

export interface FlowLimits {
  /** `--max-requests-inflight`; 0: no limit. */
  maxReadOnly: number;
  /** `--max-mutating-requests-inflight`; 0: no limit. */
  maxMutating: number;
}

const readOnlyVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head', 'options']);

/**
 * Holds the number of requests under way below two limits, one for those that read and one for those that may write;
 * beyond them the answer is 429 with `Retry-After: 1`. Long-running requests are not counted, and members of
 * `system:masters` always get in (Kubernetes: `server/filters/maxinflight.go`).
 */
export function limitFlow(limits: FlowLimits, metrics: ServerMetrics): Filter {
  const kinds = {
    readOnly: { current: 0, max: limits.maxReadOnly || Number.POSITIVE_INFINITY },
    mutating: { current: 0, max: limits.maxMutating || Number.POSITIVE_INFINITY },
  };
  return (next) => async (context) => {
    if (isLongRunning(context.requestInfo)) return next(context);
    const kind = readOnlyVerbs.has(context.requestInfo.verb) ? 'readOnly' : 'mutating';
    const places = kinds[kind];
    if (places.current >= places.max && !context.user.groups.includes(mastersGroup)) {
      metrics.rejected(kind);
      responseOf(context).setHeader('Retry-After', '1');
      return sendText(context, 429, 'Too many requests, please try again later.\n');
    }
    metrics.inFlight(kind, ++places.current);
    try {
      return await next(context);
    } finally {
      metrics.inFlight(kind, --places.current);
    }
  };
}
