import type { Metric } from 'prom-client';
import { type CallCounts, handlingBucketsSeconds } from './call-counts.ts';

const name = 'grpc_server_handling_seconds';

/** How long calls took, by method: a histogram over counts that are kept as plain numbers. */
export function handlingHistogram(counts: CallCounts): Metric {
  const histogram = {
    name,
    get: () =>
      Promise.resolve({
        name,
        help: 'Time that calls took, in seconds.',
        type: 'histogram',
        aggregator: 'sum',
        values: counts.methods.flatMap(methodValues),
      }),
    reset(): void {},
  };
  return histogram as unknown as Metric;
}

function methodValues({
  type,
  service,
  method,
  handlingBuckets,
  handlingSeconds,
}: CallCounts['methods'][number]) {
  const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
  let total = 0;
  const buckets = handlingBuckets.map((count, index) => {
    total += count;
    const le = handlingBucketsSeconds[index] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: handlingSeconds },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
