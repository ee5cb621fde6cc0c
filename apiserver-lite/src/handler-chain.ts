import { assignAuditId } from './filters/audit-id.ts';
import { authenticate } from './filters/authenticate.ts';
import type { Authenticator } from './authentication/authenticator.ts';
import { authorize } from './filters/authorize.ts';
import type { Authorizer } from './authorization/authorizer.ts';
import { controlCaching } from './filters/cache-control.ts';
import { impersonate } from './filters/impersonate.ts';
import { limitFlow } from './filters/limit-flow.ts';
import type { FlowLimits } from './filters/limit-flow.ts';
import { observe } from './filters/observe.ts';
import { recoverPanic } from './filters/recover-panic.ts';
import { limitTime } from './filters/request-deadline.ts';
import { readRequestInfo } from './filters/request-info.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { Filter, Handler } from './http/request-context.ts';
import type { StatusEncoder } from './http/respond.ts';

export interface HandlerChainOptions {
  authenticator: Authenticator;
  authorizer: Authorizer;
  flow: FlowLimits;
  requestTimeoutMs: number;
  metrics: ServerMetrics;
  encodeStatus?: StatusEncoder;
}

/**
 * What every request goes through before it is answered, outermost first; the order is kube-apiserver's
 * (Kubernetes: `apiserver/pkg/server/config.go`). Auditing has its place after authentication, priority and
 * fairness that of `limitFlow`; neither is there yet.
 */
export function handlerChain(options: HandlerChainOptions): readonly Filter[] {
  return [
    assignAuditId(),
    recoverPanic(options.encodeStatus),
    readRequestInfo(),
    observe(options.metrics),
    controlCaching(),
    limitTime({ requestTimeoutMs: options.requestTimeoutMs }),
    authenticate(options.authenticator),
    impersonate(options.authorizer),
    limitFlow(options.flow, options.metrics),
    authorize(options.authorizer),
  ];
}

/** Puts `handler` behind the filters. */
export function chain(filters: readonly Filter[], handler: Handler): Handler {
  return filters.reduceRight((next, filter) => filter(next), handler);
}
