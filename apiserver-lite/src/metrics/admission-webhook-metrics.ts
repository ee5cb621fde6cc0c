import type { MetricRegistry } from './exposition/metric-registry.ts';

/** A webhook that was called, as labels tell. */
export interface CalledWebhook {
  readonly name: string;
  readonly type: 'admit' | 'validating';
  readonly operation: string;
}

/** What is counted of calls to webhooks. */
export interface WebhookMetrics {
  /** A call ended. `code` is that of the answer, or of the failure; 0: neither has one. */
  called(webhook: CalledWebhook, outcome: { rejected: boolean; code: number; seconds: number }): void;
  /** A webhook refused a request, or its failure did. */
  rejected(webhook: CalledWebhook, why: { errorType: WebhookErrorType; code: number }): void;
  /** A webhook failed, and the request went on. */
  failedOpen(webhook: Pick<CalledWebhook, 'name' | 'type'>): void;
}

/** Whose failure a rejection is. */
export type WebhookErrorType = 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';

/** So that labels stay few. */
const codeLabel = (code: number): string => String(Math.min(code, 600));

/** Calls to webhooks by kube-apiserver's names (Kubernetes: `admission/metrics`). */
export function admissionWebhookMetrics(registry: MetricRegistry): WebhookMetrics {
  const durations = registry.histogram({
    name: 'apiserver_admission_webhook_admission_duration_seconds',
    help: '[STABLE] Admission webhook latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    labels: ['name', 'type', 'operation', 'rejected'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
  });
  const requests = registry.counter({
    name: 'apiserver_admission_webhook_request_total',
    help: '[ALPHA] Admission webhook request total, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify whether the request was rejected or not and an HTTP status code. Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    labels: ['name', 'type', 'operation', 'code', 'rejected'],
  });
  const rejections = registry.counter({
    name: 'apiserver_admission_webhook_rejection_count',
    help: '[ALPHA] Admission webhook rejection count, identified by name and broken out for each admission type (validating or admit) and operation. Additional labels specify an error type (calling_webhook_error or apiserver_internal_error if an error occurred; no_error otherwise) and optionally a non-zero rejection code if the webhook rejects the request with an HTTP status code (honored by the apiserver when the code is greater or equal to 400). Codes greater than 600 are truncated to 600, to keep the metrics cardinality bounded.',
    labels: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  });
  const failOpens = registry.counter({
    name: 'apiserver_admission_webhook_fail_open_count',
    help: '[ALPHA] Admission webhook fail open count, identified by name and broken out for each admission type (validating or admit).',
    labels: ['name', 'type'],
  });
  return {
    called({ name, type, operation }, { rejected, code, seconds }) {
      requests.with(name, type, operation, codeLabel(code), String(rejected)).inc();
      durations.with(name, type, operation, String(rejected)).observe(seconds);
    },
    rejected({ name, type, operation }, { errorType, code }) {
      rejections.with(name, type, operation, errorType, codeLabel(code)).inc();
    },
    failedOpen: ({ name, type }) => failOpens.with(name, type).inc(),
  };
}

/** Counts nothing. */
export const uncountedWebhooks: WebhookMetrics = {
  called: () => undefined,
  rejected: () => undefined,
  failedOpen: () => undefined,
};
