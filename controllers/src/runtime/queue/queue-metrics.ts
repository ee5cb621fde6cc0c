import { Counter, Gauge, Histogram, type Metric, type Registry } from 'prom-client';
import type { QueueObserver } from './work-queue.ts';

const buckets = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100];

/**
 * Counts what a queue does under the names that kube-controller-manager's metrics have; nothing without a
 * registry. All queues of a registry share the metrics, and differ in the label `name`.
 */
export function metricsOf(registry: Registry | undefined, name: string): QueueObserver {
  if (!registry) return {};
  const common = { labelNames: ['name'] as const, registers: [registry] };
  const shared = <M extends Metric<'name'>>(metric: string, make: () => M): M =>
    (registry.getSingleMetric(metric) as M | undefined) ?? make();
  const gauge = (metric: string, help: string) =>
    shared(metric, () => new Gauge({ name: metric, help, ...common }));
  const counter = (metric: string, help: string) =>
    shared(metric, () => new Counter({ name: metric, help, ...common }));
  const histogram = (metric: string, help: string) =>
    shared(metric, () => new Histogram({ name: metric, help, buckets, ...common }));
  const depth = gauge('workqueue_depth', 'Keys that wait');
  const adds = counter('workqueue_adds_total', 'Keys that were added');
  const retries = counter('workqueue_retries_total', 'Keys that failed and were added again');
  const queueSeconds = histogram('workqueue_queue_duration_seconds', 'How long keys waited');
  const workSeconds = histogram('workqueue_work_duration_seconds', 'How long keys were worked on');
  return {
    added(waiting) {
      adds.inc({ name });
      depth.set({ name }, waiting);
    },
    taken(waiting, waitedMs) {
      depth.set({ name }, waiting);
      queueSeconds.observe({ name }, waitedMs / 1000);
    },
    finished: (workedMs) => workSeconds.observe({ name }, workedMs / 1000),
    retried: () => retries.inc({ name }),
  };
}
