import type { MetricRegistry } from './exposition/metric-registry.ts';

/** What auditing counts. */
export interface AuditMetrics {
  /** An event was handed to the backends. */
  recorded(): void;
  /** Events could not be recorded. */
  failed(plugin: string, events: number): void;
  /** The policy was asked about a request. */
  level(level: string): void;
  /** A request was refused as its event could not be recorded. */
  rejected(): void;
}

/** What auditing counts, by kube-apiserver's names (Kubernetes: `audit/metrics.go`). */
export function auditMetrics(registry: MetricRegistry): AuditMetrics {
  const events = registry
    .counter({
      name: 'apiserver_audit_event_total',
      help: '[ALPHA] Counter of audit events generated and sent to the audit backend.',
    })
    .with();
  const errors = registry.counter({
    name: 'apiserver_audit_error_total',
    help: '[ALPHA] Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.',
    labels: ['plugin'],
  });
  const levels = registry.counter({
    name: 'apiserver_audit_level_total',
    help: '[ALPHA] Counter of policy levels for audit events (1 per request).',
    labels: ['level'],
  });
  const rejected = registry
    .counter({
      name: 'apiserver_audit_requests_rejected_total',
      help: '[ALPHA] Counter of apiserver requests rejected due to an error in audit logging backend.',
    })
    .with();
  return {
    recorded: () => events.inc(),
    failed: (plugin, count) => errors.with(plugin).inc(count),
    level: (level) => levels.with(level).inc(),
    rejected: () => rejected.inc(),
  };
}
