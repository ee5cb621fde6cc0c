import { matchPolicy } from '../audit/match-policy.ts';
import type { AuditPolicy } from '../audit/audit-policy.ts';
import type { AuditSink } from '../audit/audit-sink.ts';
import { RequestAudit } from '../audit/request-audit.ts';
import { internalError, isReason } from '../api-errors/status-error.ts';
import type { Filter } from '../http/request-context.ts';
import type { HttpResponse } from '../http/http-response.ts';
import type { AuditMetrics } from '../metrics/audit-metrics.ts';
import { isLongRunning } from './request-info.ts';

/** What is recorded, and where to. */
export interface Auditing {
  readonly policy: AuditPolicy;
  readonly sink: AuditSink;
  readonly metrics: AuditMetrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Begins the record of a request, and ends it when the answer has been made: the
 * outermost filter of auditing (Kubernetes: `filters.WithAuditInit`, and the end of `filters.WithAudit`).
 */
export function recordRequest(auditing: Auditing): Filter {
  const { sink, metrics, now } = auditing;
  const counted: AuditSink = {
    process(events) {
      metrics.recorded();
      return sink.process(events);
    },
  };
  return (next) => async (context) => {
    const audit = new RequestAudit(counted, now);
    context.audit = audit;
    try {
      await next(context);
    } finally {
      if (audit.begun) await audit.completed(context, isLongRunning(context.requestInfo));
    }
  };
}

/**
 * Records a request whose credentials are wrong: one event, of a user without a name (Kubernetes:
 * `filters.WithFailedAuthenticationAudit`). To be put before the filter that authenticates.
 */
export function recordRefusedCredentials({ policy, metrics }: Auditing): Filter {
  return (next) => async (context) => {
    try {
      await next(context);
    } catch (error) {
      const { audit, requestInfo, user } = context;
      if (audit instanceof RequestAudit && !audit.begun && isReason(error, 'Unauthorized')) {
        const config = matchPolicy(policy, { ...requestInfo, user });
        metrics.level(config.level);
        await audit.refused(context, config, error);
      }
      throw error;
    }
  };
}

/**
 * Asks the policy about a request whose user is known, and records that it came (Kubernetes:
 * `filters.WithAudit`). Throws a 500 where it must not go on without.
 */
export function applyAuditPolicy({ policy, metrics }: Auditing): Filter {
  return (next) => async (context) => {
    const { audit, requestInfo, user } = context;
    if (!(audit instanceof RequestAudit)) return next(context);
    const config = matchPolicy(policy, { ...requestInfo, user });
    metrics.level(config.level);
    audit.begin(context, config);
    if (config.level === 'None') return next(context);
    if (!(await audit.received())) {
      audit.end();
      metrics.rejected();
      throw internalError(new Error('failed to store audit event'));
    }
    if (isLongRunning(requestInfo)) {
      atFirstByte(context.response, () => audit.responseStarted(context.response.statusCode));
    }
    return next(context);
  };
}

/** Calls back before the first byte of an answer is written. */
function atFirstByte(response: HttpResponse, begun: () => void): void {
  for (const name of ['flushHeaders', 'write', 'end'] as const) {
    const original = response[name] as (...args: unknown[]) => never;
    const calling = (...args: unknown[]): unknown => {
      begun();
      return original.apply(response, args);
    };
    Object.defineProperty(response, name, { value: calling, configurable: true, writable: true });
  }
}
