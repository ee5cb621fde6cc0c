import type { GroupVersion } from '@pg8s/k8s-proto/group-version';
import { exponentialBuckets, type MetricRegistry } from './exposition/metric-registry.ts';

/** A conversion of custom objects by a webhook that was asked. */
export interface ObservedConversion {
  definition: string;
  fromVersion: string;
  toVersion: string;
  /** `success`, or kube-apiserver's name of what went wrong. */
  result: string;
  seconds: number;
}

/** Why documents about a definition are made anew. */
export type DefinitionChange = 'add' | 'update' | 'remove';

/** What expressions of definitions count. */
export interface RuleMetrics {
  /** The rules of one part of a schema were compiled. */
  compiled(seconds: number): void;
  /** All rules of an object were evaluated. */
  evaluated(seconds: number): void;
  /** An update was compared with what is stored, part by part. */
  ratcheted(seconds: number): void;
}

/** What definitions and custom objects count. */
export interface DefinitionMetrics extends RuleMetrics {
  converted(conversion: ObservedConversion): void;
  published(definition: string, versions: readonly GroupVersion[], change: DefinitionChange): void;
}

/** prometheus/client_golang: `DefBuckets`. */
const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const callBuckets = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60];

/**
 * The metrics of definitions by kube-apiserver's names (apiextensions-apiserver: `conversion/metrics.go`,
 * `validation/metrics.go`, `controller/openapi*`; apiserver: `cel/metrics`).
 */
export function definitionMetrics(registry: MetricRegistry): DefinitionMetrics {
  const conversions = registry.histogram({
    name: 'apiserver_crd_conversion_webhook_duration_seconds',
    help: '[ALPHA] CRD webhook conversion duration in seconds',
    labels: ['crd_name', 'from_version', 'to_version', 'succeeded'],
    buckets: exponentialBuckets(0.001, 2, 15),
  });
  const calls = registry.counter({
    name: 'apiserver_conversion_webhook_request_total',
    help: '[ALPHA] Counter for conversion webhook requests with success/failure and failure error type',
    labels: ['result', 'failure_type'],
  });
  const callDurations = registry.histogram({
    name: 'apiserver_conversion_webhook_duration_seconds',
    help: '[ALPHA] Conversion webhook request latency',
    labels: ['result', 'failure_type'],
    buckets: callBuckets,
  });
  const ratchets = registry
    .histogram({
      name: 'apiextensions_apiserver_validation_ratcheting_seconds',
      help: '[ALPHA] Time for comparison of old to new for the purposes of CRDValidationRatcheting during an UPDATE in seconds.',
      buckets: exponentialBuckets(0.00001, 4, 10),
    })
    .with();
  const documents = registry.counter({
    name: 'apiextensions_openapi_v2_regeneration_count',
    help: '[ALPHA] Counter of OpenAPI v2 spec regeneration count broken down by causing CRD name and reason.',
    labels: ['crd', 'reason'],
  });
  const versionDocuments = registry.counter({
    name: 'apiextensions_openapi_v3_regeneration_count',
    help: '[ALPHA] Counter of OpenAPI v3 spec regeneration count broken down by group, version, causing CRD and reason.',
    labels: ['group', 'version', 'crd', 'reason'],
  });
  const durationOf = (name: string, help: string) =>
    registry
      .histogram({ name: `apiserver_cel_${name}_duration_seconds`, help, buckets: defaultBuckets })
      .with();
  const compilations = durationOf('compilation', '[BETA] CEL compilation time in seconds.');
  const evaluations = durationOf('evaluation', '[BETA] CEL evaluation time in seconds.');
  return {
    compiled: (seconds) => compilations.observe(seconds),
    evaluated: (seconds) => evaluations.observe(seconds),
    ratcheted: (seconds) => ratchets.observe(seconds),
    converted({ definition, fromVersion, toVersion, result, seconds }) {
      const succeeded = result === 'success';
      conversions.with(definition, fromVersion, toVersion, String(succeeded)).observe(seconds);
      const labels = succeeded ? (['success', ''] as const) : (['failure', result] as const);
      calls.with(...labels).inc();
      callDurations.with(...labels).observe(seconds);
    },
    // kube-apiserver makes the series, and never adds to them.
    published(definition, versions, change) {
      documents.with(definition, change);
      for (const { group, version } of versions) versionDocuments.with(group, version, definition, change);
    },
  };
}
