import { assignAuditId } from './filters/audit-id.ts';
import { applyAuditPolicy, recordRefusedCredentials, recordRequest, type Auditing } from './filters/audit.ts';
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
import type { FlowController } from './flow-control/flow-controller.ts';
import { prioritize } from './filters/prioritize.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { Filter, Handler } from './http/request-context.ts';
import type { StatusEncoder } from './http/respond.ts';

export interface HandlerChainOptions {
  authenticator: Authenticator;
  authorizer: Authorizer;
  flow: FlowLimits;
  /** Priority and fairness; without it the limits of `flow` hold. */
  fairness?: FlowController | undefined;
  requestTimeoutMs: number;
  metrics: ServerMetrics;
  encodeStatus?: StatusEncoder;
  /** Default: nothing is audited. */
  auditing?: Auditing | undefined;
}

/**
 * What every request goes through before it is answered, outermost first; the order is kube-apiserver's
 * (Kubernetes: `apiserver/pkg/server/config.go`).
 */
export function handlerChain(options: HandlerChainOptions): readonly Filter[] {
  const { metrics, authorizer, auditing, fairness: controller } = options;
  const { requests, filters } = metrics;
  return [
    assignAuditId(),
    ...(auditing === undefined ? [] : [recordRequest(auditing)]),
    observe(),
    recoverPanic(options.encodeStatus, requests),
    readRequestInfo(),
    controlCaching(),
    limitTime({ requestTimeoutMs: options.requestTimeoutMs }, requests),
    ...(auditing === undefined ? [] : [recordRefusedCredentials(auditing)]),
    filters.timed('authentication', authenticate(options.authenticator, filters)),
    filters.timed('audit', auditing === undefined ? nothing : applyAuditPolicy(auditing)),
    filters.timed('constrainedimpersonation', impersonate(authorizer, filters)),
    filters.timed(
      'priorityandfairness',
      controller === undefined
        ? limitFlow(options.flow, metrics)
        : prioritize({ controller, metrics, maxWaitMs: options.requestTimeoutMs / 4 }),
    ),
    filters.timed('authorization', authorize(authorizer, filters)),
  ];
}

/** What is not configured is timed, too, as in kube-apiserver. */
const nothing: Filter = (next) => next;

/** Puts `handler` behind the filters. */
export function chain(filters: readonly Filter[], handler: Handler): Handler {
  return filters.reduceRight((next, filter) => filter(next), handler);
}
