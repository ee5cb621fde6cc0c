import { exponentialBuckets, type MetricRegistry } from './exposition/metric-registry.ts';

/** Counts how values of one resource are encrypted and decrypted. */
export interface TransformationMetrics {
  record(type: 'from_storage' | 'to_storage', prefix: string, seconds: number, failed: boolean): void;
}

/** What encryption counts. */
export interface EncryptionCounters {
  of(resource: { group: string; resource: string }): TransformationMetrics;
}

/** What encryption counts, by kube-apiserver's names (Kubernetes: `storage/value/metrics.go`). */
export function encryptionMetrics(registry: MetricRegistry): EncryptionCounters {
  const operations = registry.counter({
    name: 'apiserver_storage_transformation_operations_total',
    help: "[ALPHA] Total number of transformations. Successful transformation will have a status 'OK' and a varied status string when the transformation fails. The status, resource, and transformation_type fields can be used for alerting purposes. For example, you can monitor for encryption/decryption failures using the transformation_type (e.g., from_storage for decryption and to_storage for encryption). Additionally, these fields can be used to ensure that the correct transformers are applied to each resource.",
    labels: ['resource', 'transformation_type', 'transformer_prefix', 'status'],
  });
  const durations = registry.histogram({
    name: 'apiserver_storage_transformation_duration_seconds',
    help: '[ALPHA] Latencies in seconds of value transformation operations.',
    labels: ['transformation_type', 'transformer_prefix'],
    buckets: exponentialBuckets(5e-6, 2, 25),
  });
  return {
    of({ group, resource }) {
      const name = group === '' ? resource : `${resource}.${group}`;
      return {
        record(type, prefix, seconds, failed) {
          operations.with(name, type, prefix, failed ? 'unknown-non-grpc' : 'OK').inc();
          if (!failed) durations.with(type, prefix).observe(seconds);
        },
      };
    },
  };
}
